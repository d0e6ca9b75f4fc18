package load

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"nara/signaling"
	"nara/signaling/client"
)

// participant is one of the workload's people.
type participant struct {
	room, id  string
	publishes bool
	others    int  // publishers in the room besides this one
	late      bool // the room has a publisher when this one joins

	client       *client.Participant
	audio, video *webrtc.TrackLocalStaticRTP
	keyframe     atomic.Bool // wanted by the server
	began        int64       // of the join
	sent         atomic.Uint64
	keyframes    atomic.Uint64
	tally        tally
}

// cast gives the people of a workload in the order in which they join: the second of each room after the first of
// all rooms, so that a join finds media in its room.
func cast(workload string, size int) ([]*participant, error) {
	if size < 1 {
		return nil, fmt.Errorf("size must be at least 1, not %d", size)
	}
	rooms, each, publishers := size, 2, 2
	switch workload {
	case "visit":
	case "conference":
		each, publishers = 5, 5
	case "fanout":
		rooms, each, publishers = 1, size+1, 1
	default:
		return nil, fmt.Errorf("workload must be visit, conference or fanout, not %q", workload)
	}
	tag := uuid.NewString()
	var people []*participant
	for n := range each {
		for room := range rooms {
			p := &participant{room: fmt.Sprintf("load-%s-%d", tag, room), id: fmt.Sprintf("p%d", n),
				publishes: n < publishers, others: publishers, late: n > 0}
			if p.publishes {
				p.others--
			}
			people = append(people, p)
		}
	}
	return people, nil
}

// join connects a participant; a publisher may send when it returns.
func (p *participant) join(ctx context.Context, r *run) error {
	ticket, err := r.Tickets(p.room, p.id)
	if err != nil {
		return fmt.Errorf("get ticket: %w", err)
	}
	o := client.Options{URL: r.URL, Origin: r.Origin, Ticket: ticket, Audio: p.others, Video: p.others, API: r.api,
		OnMedia: func(m *client.Media) { p.tally.listen(m, &r.window) }}
	if p.publishes {
		if p.audio, err = newTrack(webrtc.MimeTypeOpus, "audio"); err != nil {
			return err
		}
		if p.video, err = newTrack(webrtc.MimeTypeVP8, "video"); err != nil {
			return err
		}
		o.Tracks = []client.Track{
			{Source: signaling.Microphone, Local: p.audio},
			{Source: signaling.Camera, Local: p.video, KeyframeWanted: func() { p.keyframe.Store(true) }},
		}
	}
	p.began = now()
	if p.client, err = client.Join(ctx, o); err != nil {
		return err
	}
	go func() { // ends with the participant, which leave ends
		for range p.client.Events() {
		}
	}()
	return p.client.Connected(ctx)
}

// leave ends a participant who has joined.
func (p *participant) leave() {
	if p.client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = p.client.Leave(ctx) // the connection is closed in any case
}

func newTrack(mime, name string) (*webrtc.TrackLocalStaticRTP, error) {
	t, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, name, "load")
	if err != nil {
		return nil, fmt.Errorf("make track: %w", err)
	}
	return t, nil
}

// newAPI makes the WebRTC stack: reports and congestion control, but no retransmission is asked for, so that the measured
// loss is the network's. A server on this machine is reached over loopback only.
func newAPI(address string) (*webrtc.API, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("signalling URL: %w", err)
	}
	settings := client.Settings()
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
		settings.SetIPFilter(func(ip net.IP) bool { return ip.To4() != nil })
	}
	media := &webrtc.MediaEngine{}
	if err := client.RegisterCodecs(media); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	for _, err := range []error{
		webrtc.ConfigureRTCPReports(interceptors),
		webrtc.ConfigureTWCCHeaderExtensionSender(media, interceptors),
		webrtc.ConfigureTWCCSender(media, interceptors),
	} {
		if err != nil {
			return nil, fmt.Errorf("register interceptors: %w", err)
		}
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors)), nil
}
