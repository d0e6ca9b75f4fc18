package sfu

// A client may have a keyframe each keyframePause, and keyframeBurst of them at
// once: each takes bits from the picture that all others see. What it wishes
// beyond is remembered. Who wishes what is asked for already pays nothing.
const (
	keyframePause = 1e9 // ns
	keyframeBurst = 5
)

// wishes are the keyframes that a DownTrack has caused since it was bound.
type wishes struct {
	paid int64 // ns: when they are all made up for
	due  bool  // one more is wished
}

// wish asks for a keyframe of the wanted layer, as soon as the client may have
// one.
func (d *downTrack) wish(now int64) {
	w, l := &d.wishes, d.wanted
	if !l.wantsKeyframe {
		if w.due = w.paid-now > (keyframeBurst-1)*keyframePause; w.due {
			return
		}
		w.paid = max(w.paid, now) + keyframePause
	}
	w.due = false
	l.askKeyframe()
}
