package signaling

import (
	"context"

	"nara/auth"
	"nara/sfu"
)

// Tickets redeems room tickets; auth.Tickets is one.
type Tickets interface {
	// Redeem checks a ticket, once. auth.ErrBadTicket and auth.ErrTicketUsed refuse it; any other error means that
	// nobody could check.
	Redeem(ctx context.Context, ticket auth.Ticket) (auth.Grant, error)
}

// Visits is what a gateway must know of the visit behind a room. A refusal is a Code (NotAllowed, RoomClosed, …),
// possibly wrapped; any other error is a failure and told as "internal". Rooms of kind auth.RoomCheck have no
// visit: everybody is admitted and nothing here is called.
type Visits interface {
	// Enter says whether the holder of the grant may come in, and whether straight into the room or to wait.
	Enter(ctx context.Context, grant auth.Grant) (admitted bool, err error)
	// Arrived tells that the holder is connected: waiting, or in the room.
	Arrived(ctx context.Context, grant auth.Grant) error
	// Admit permits and records that by lets a waiting participant in. It is called before it happens.
	Admit(ctx context.Context, by auth.Grant, participant ParticipantID) error
	// Left tells that a participant is gone for good, once, at whichever gateway.
	Left(ctx context.Context, room RoomID, participant ParticipantID, reason LeaveReason) error
	// Watch gives the visit as the holder of the grant may see it: now, and again at every change. A slow reader may
	// be given only the newest. The channel is closed when ctx ends, or when the holder may not see the visit any
	// more: then the participant is removed.
	Watch(ctx context.Context, grant auth.Grant) (<-chan Snapshot, error)
}

// Snapshot is a visit as it is now.
type Snapshot struct {
	Visit Visit
	// Over says that the visit has finished or was cancelled: its room closes.
	Over bool
}

// Media is the part of *sfu.Manager that a node uses.
type Media interface {
	Join(sfu.JoinRequest) (sfu.JoinResult, error)
	Renegotiate(room sfu.RoomID, peer sfu.PeerID, offer string, sources []sfu.Source) (sfu.JoinResult, error)
	Admit(room sfu.RoomID, peer sfu.PeerID) error
	Leave(room sfu.RoomID, peer sfu.PeerID, reason string) error
}
