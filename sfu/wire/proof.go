package wire

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"slices"
	"time"
)

const (
	maxVariants  = 3   // of a message that are kept until one proves true
	maxProofs    = 32  // signatures that are looked at in a second of a handshake
	maxEncrypted = 4   // records that wait for the proof
	maxFinished  = 256 // bytes of such a record: a Finished has 61
)

// proof finds out which messages of a client's last flight are true before the
// handshake gets them: pion, as everybody, would take the first that come, and
// one forged datagram would end the set-up of a call. Messages are true when
// the signature of CertificateVerify fits all that was said in this handshake
// (RFC 5246 section 7.4.8): so each handshake of a Conn finds its own.
type proof struct {
	transcript []byte // ClientHello … ServerHelloDone
	server     assembler
	said       uint16 // number of the next message of the server
	offered    bool   // ServerHelloDone was said

	variants  [3][]message // Certificate, ClientKeyExchange, CertificateVerify
	tries     rate
	proven    bool
	encrypted [][]byte // records behind the flight
}

// hear notes what the server says in a datagram, each message once, and says
// whether there was a new one.
func (f *proof) hear(b []byte) (news bool) {
	for r, rest := nextRecord(b); len(r.whole) > 0; r, rest = nextRecord(rest) {
		for body := r.body(); r.kind == recordHandshake && r.epoch == 0 && len(body) > 0; {
			var m message
			if m, body = f.server.next(body); m == nil || m.seq() != f.said || f.offered {
				continue
			}
			news = true
			f.said++
			f.transcript = append(f.transcript, m...)
			f.offered = m.kind() == messageDone
		}
	}
	return news
}

// take keeps a message of the client's last flight. It returns the three of
// the flight in their order once the new one proves them true.
func (f *proof) take(m message) []message {
	which := slices.Index([]byte{messageCertificate, messageExchange, messageVerify}, m.kind())
	if f.proven || which < 0 || int(m.seq()) != which+1 {
		return nil
	}
	v := &f.variants[which]
	if !slices.ContainsFunc(*v, func(o message) bool { return bytes.Equal(o, m) }) {
		if len(*v) == maxVariants {
			*v = slices.Delete(*v, 0, 1)
		}
		*v = append(*v, m)
	}
	set := f.variants
	set[which] = []message{m}
	for _, certificate := range slices.Backward(set[0]) { // what came together is most likely to fit
		for _, exchange := range slices.Backward(set[1]) {
			for _, verify := range slices.Backward(set[2]) {
				if f.true(certificate, exchange, verify) {
					f.proven, f.variants, f.transcript = true, [3][]message{}, nil
					return []message{certificate, exchange, verify}
				}
			}
		}
	}
	return nil
}

// signatures are those of RFC 5246 section 7.4.1.4.1 and RFC 8446 section
// 4.2.3 that are safe, by their two bytes.
var signatures = map[uint16]x509.SignatureAlgorithm{
	0x0401: x509.SHA256WithRSA, 0x0501: x509.SHA384WithRSA, 0x0601: x509.SHA512WithRSA,
	0x0403: x509.ECDSAWithSHA256, 0x0503: x509.ECDSAWithSHA384, 0x0603: x509.ECDSAWithSHA512,
	0x0804: x509.SHA256WithRSAPSS, 0x0805: x509.SHA384WithRSAPSS, 0x0806: x509.SHA512WithRSAPSS,
	0x0807: x509.PureEd25519,
}

// true checks the signature. What it does not understand is not true.
func (f *proof) true(certificate, exchange, verify message) bool {
	if !f.offered || f.tries.over(maxProofs, time.Now().UnixNano()) {
		return false
	}
	c, v := certificate.body(), verify.body()
	if len(c) < 6 || len(c) < 6+uint24(c[3:]) || len(v) < 4 || len(v) != 4+int(binary.BigEndian.Uint16(v[2:])) {
		return false
	}
	leaf, err := x509.ParseCertificate(c[6 : 6+uint24(c[3:])])
	if err != nil {
		return false
	}
	algorithm, safe := signatures[binary.BigEndian.Uint16(v)]
	return safe && leaf.CheckSignature(algorithm, slices.Concat(f.transcript, certificate, exchange), v[4:]) == nil
}
