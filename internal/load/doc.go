// Package load joins headless participants to a running server, to be measured by [nara/internal/measure]: it is behind
// `nara load`.
//
// [Nara] speaks the product's own signalling ([nara/signaling/client]). What a participant does with media is in
// [Stack] and [Track], which the generator for another server shares, so that both send and count the same: pion's
// peer connection with everything that a browser switches on (reports, transport-wide congestion control, NACK answered
// and asked, retransmission streams), on sockets that know when a packet came.
package load
