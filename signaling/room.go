package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"nara/internal/bus"
)

// How much chat a newcomer gets: with the roster it must fit into an outbox, and at once into one message of the bus.
const (
	maxHistory      = 100
	maxHistoryBytes = 256 << 10 // of text
)

// departTimeout is how long a gateway may take to tell the visit who left.
const departTimeout = 6 * time.Second

// room is one room on its node. The goroutine of run owns all its fields but the mailbox.
type room struct {
	*mailbox
	node  *Node
	id    RoomID
	place bus.Place

	members   []*member // in order of arrival; few
	chat      []ChatMessage
	chatBytes int // of its texts
	chats     int // ever written
	peers     int // connections ever made
	departing map[ParticipantID]*departing
	ending    bool
}

// departing is a participant whom the visit is just told about.
type departing struct {
	tellings int
	joins    []*nats.Msg // of the same participant, to be answered afterwards
}

func newRoom(n *Node, id RoomID, place bus.Place) *room {
	return &room{mailbox: newMailbox(), node: n, id: id, place: place, departing: map[ParticipantID]*departing{}}
}

// run lives as long as somebody is in the room, or the visit is not told yet who left.
func (r *room) run() {
	defer r.node.forget(r)
	mine := r.verify()
	look := time.NewTicker(r.node.Look)
	defer look.Stop()
	for {
		for _, do := range r.take() {
			do()
		}
		if len(r.members)+len(r.departing) == 0 && r.closeIfEmpty() {
			break
		}
		select {
		case <-r.wake:
		case <-look.C:
			r.node.wg.Go(r.look) // ends within its time-out; Node.Close waits
		}
	}
	if mine {
		// Only now may the room get a new place: nothing is done in this one any more.
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := r.node.Bus.Placement().Release(ctx, string(r.id), r.place); err != nil && !errors.Is(err, bus.ErrMoved) {
			r.node.Log.Warn("room not released", "room", r.id, "error", err)
		}
	}
}

// verify looks whether the room is placed here; otherwise whoever asks must look again.
func (r *room) verify() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	place, err := r.node.Bus.Placement().Lookup(ctx, string(r.id))
	r.ending = err != nil || place != r.place
	return !r.ending
}

// look ends the room when it has been placed elsewhere, because others could not reach this node for a while: whoever
// is here must go there. That nobody can be asked, or the bus has forgotten all places, harms nobody.
func (r *room) look() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	place, err := r.node.Bus.Placement().Lookup(ctx, string(r.id))
	if err == nil && place != r.place {
		r.post(r.outlived)
	}
}

// outlived ends the room, which has a newer place.
func (r *room) outlived() {
	if !r.ending {
		r.node.Log.Warn("room has moved", "room", r.id)
		r.end(EndUnavailable)
	}
}

// serve does what a gateway asks and answers it.
func (r *room) serve(verb string, m *nats.Msg) {
	v := verdict{Code: moved}
	if !r.ending {
		v = r.verdict(verb, m.Data)
	}
	if v.Code == leaving {
		d := r.departing[ParticipantID(v.Message)]
		d.joins = append(d.joins, m)
		return
	}
	r.node.answer(m, v)
}

func (r *room) verdict(verb string, data []byte) verdict {
	switch verb {
	case verbJoin:
		return serve(data, r.join)
	case verbOffer:
		return serveMember(r, data, r.offer)
	case verbMute:
		return serveMember(r, data, r.mute)
	case verbChat:
		return serveMember(r, data, r.writeChat)
	case verbWaiting:
		return serveMember(r, data, r.mayAdmit)
	case verbAdmit:
		return serveMember(r, data, r.admit)
	case verbLeave:
		return serveMember(r, data, r.leave)
	case verbKeep:
		return serveMember(r, data, r.keep)
	case verbLost:
		return serveMember(r, data, r.lost)
	case verbRemove:
		return serve(data, r.remove)
	case verbClose:
		return r.close()
	}
	return verdict{Code: Internal, Message: "unknown verb"}
}

// serve decodes what was asked.
func serve[B any](data []byte, do func(B) verdict) verdict {
	var body B
	if err := json.Unmarshal(data, &body); err != nil {
		return verdict{Code: Internal, Message: "not ours"}
	}
	return do(body)
}

// serveMember decodes what a session asked and finds its member. A session that was replaced has none.
func serveMember[M any](r *room, data []byte, do func(*member, M) verdict) verdict {
	return serve(data, func(a asked[M]) verdict {
		m := r.member(a.From.Participant)
		if m == nil || !m.attached || m.to != a.From {
			return verdict{Code: WrongState}
		}
		return do(m, a.Message)
	})
}

func (r *room) member(id ParticipantID) *member {
	if i := slices.IndexFunc(r.members, func(m *member) bool { return m.id == id }); i >= 0 {
		return r.members[i]
	}
	return nil
}

// others are those who may see m and are not m.
func (r *room) others(m *member) []*member {
	var out []*member
	for _, o := range r.members {
		if o != m && o.admitted {
			out = append(out, o)
		}
	}
	return out
}

// show tells a message to everyone who may see m but m itself.
func (r *room) show(m *member, msg ServerMessage) {
	others := r.others(m)
	if len(others) == 0 {
		return
	}
	data := r.encode(msg)
	for _, o := range others {
		r.deliver(o, data)
	}
}

// tell tells a message to one participant.
func (r *room) tell(m *member, msg ServerMessage) { r.deliver(m, r.encode(msg)) }

func (r *room) encode(msg ServerMessage) json.RawMessage {
	data, err := Encode(msg)
	if err != nil {
		r.node.Log.Error("message not encoded", "room", r.id, "error", err)
		return nil
	}
	return data
}

func (r *room) deliver(m *member, data json.RawMessage) {
	if m.attached && data != nil {
		m.number++
		r.publish(sessionSubject(r.id, r.place.Epoch, m.to), parcel{Number: m.number, Message: data})
	}
}

// dismiss ends a member's session.
func (r *room) dismiss(m *member, e Ending) {
	if m.attached {
		m.number++
		r.publish(sessionSubject(r.id, r.place.Epoch, m.to), parcel{Number: m.number, End: &e})
		m.attached = false
	}
}

func (r *room) publish(subject string, v any) {
	if err := r.node.Bus.Publish(subject, v); err != nil {
		r.node.Log.Error("not told", "room", r.id, "error", err)
	}
}

// drop takes a member out of the room and tells the others why. Nothing is told when the room closes.
func (r *room) drop(m *member, why LeaveReason, e Ending) {
	m.stop()
	r.members = slices.DeleteFunc(r.members, func(o *member) bool { return o == m })
	r.disconnect(m, string(why))
	r.dismiss(m, e)
	r.node.Log.Info("participant left", "room", r.id, "participant", m.id, "reason", why)
	if why == LeftClosed {
		return
	}
	r.unpublish(m)
	r.show(m, &ParticipantLeft{Participant: m.id, Reason: why})
	if m.visit {
		r.depart(departure{Participant: m.id, Reason: why})
	}
}

// depart tells the visit who left. Until it knows, they do not come back: else it could hear of the return first, and
// believe them gone while they are there.
func (r *room) depart(gone departure) {
	d := r.departing[gone.Participant]
	if d == nil {
		d = &departing{}
		r.departing[gone.Participant] = d
	}
	d.tellings++
	r.node.wg.Go(func() { // ends within its time-out; the room and Node.Close wait
		ctx, cancel := context.WithTimeout(context.Background(), departTimeout)
		defer cancel()
		var v verdict
		err := r.node.Bus.Request(ctx, leftSubject(r.id, r.place.Epoch), gone, &v)
		if err != nil && !errors.Is(err, bus.ErrNobody) { // nobody: the gateways go down
			r.node.Log.Error("visit does not know who left", "room", r.id, "error", err)
		}
		r.post(func() { r.departed(gone.Participant) })
	})
}

// departed lets whoever came back meanwhile ask again.
func (r *room) departed(id ParticipantID) {
	d := r.departing[id]
	if d.tellings--; d.tellings > 0 {
		return
	}
	delete(r.departing, id)
	for _, m := range d.joins {
		r.node.answer(m, verdict{Code: leaving})
	}
}

// close ends the room: its visit is over.
func (r *room) close() verdict {
	r.end(EndClosed)
	return verdict{}
}

// shutdown ends the room: the node goes down.
func (r *room) shutdown() { r.end(EndShutdown) }

func (r *room) end(e Ending) {
	r.ending = true
	for _, m := range slices.Clone(r.members) {
		r.drop(m, LeftClosed, e)
	}
}

// remove puts a participant out.
func (r *room) remove(d departure) verdict {
	m := r.member(d.Participant)
	if m == nil {
		return verdict{Code: NoSuchParticipant}
	}
	r.drop(m, LeftRemoved, EndRemoved)
	return verdict{}
}

// writeChat writes a line of chat.
func (r *room) writeChat(m *member, c PostChat) verdict {
	if !m.admitted {
		return verdict{Code: WrongState}
	}
	r.chats++
	line := ChatMessage{ID: ChatID(fmt.Sprintf("%d-%d", r.place.Epoch, r.chats)), From: m.id, Name: m.name,
		Text: c.Text, At: Time{time.Now()}}
	r.remember(line)
	r.tell(m, &Chat{c.Numbered, line})
	r.show(m, &Chat{Message: line})
	return verdict{}
}

// remember keeps a line for newcomers and forgets old ones.
func (r *room) remember(line ChatMessage) {
	r.chat = append(r.chat, line)
	r.chatBytes += len(line.Text)
	old := 0
	for len(r.chat)-old > maxHistory || r.chatBytes > maxHistoryBytes {
		r.chatBytes -= len(r.chat[old].Text)
		old++
	}
	r.chat = slices.Delete(r.chat, 0, old)
}
