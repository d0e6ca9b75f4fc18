package sfu

// Stats counts everything; it takes every loop's lock once, briefly.
func (m *Manager) Stats() Stats {
	var t Stats
	for _, s := range m.shards {
		s.loop.Lock()
		w := s.loop.Stats()
		for r := range s.rooms {
			rs := r.stats()
			t.ByRoom = append(t.ByRoom, rs)
			t.Rooms++
			t.Peers += rs.Peers
		}
		s.loop.Unlock()
		t.PacketsIn += w.PacketsIn
		t.PacketsOut += w.PacketsOut
		t.BytesIn += w.BytesIn
		t.BytesOut += w.BytesOut
		t.ReceiveCalls += w.ReceiveCalls
		t.SendCalls += w.SendCalls
		t.Dropped += w.Dropped
		t.Unknown += w.Unknown
		t.Refused += w.Refused
		t.Policed += w.Policed
		t.Handshakes += w.Handshakes
		t.HandshakeErrors += w.HandshakeErrors
		t.HandshakesPutOff += w.HandshakesPutOff
	}
	return t
}

// RoomStats counts one room.
func (m *Manager) RoomStats(room RoomID) (RoomStats, error) {
	r, err := m.find(room)
	if err != nil {
		return RoomStats{}, err
	}
	defer r.shard.loop.Unlock()
	return r.stats(), nil
}
