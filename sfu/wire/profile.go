package wire

import "github.com/pion/dtls/v3"

// profile is one way to protect media (RFC 5764 section 4.1.2).
type profile struct {
	id        dtls.SRTPProtectionProfile
	key, salt int // bytes
	make      func(key, salt []byte) (*crypt, error)
}

// profiles are what the server takes, best first: as the DTLS server its order
// decides. GCM with 128 bits is the cheapest by far and offered by every
// browser of today; AES-CM is for older devices without it.
var profiles = [...]profile{
	{dtls.SRTP_AEAD_AES_128_GCM, 16, 12, newGCM},
	{dtls.SRTP_AEAD_AES_256_GCM, 32, 12, newGCM},
	{dtls.SRTP_AES128_CM_HMAC_SHA1_80, 16, 14, newCM},
}

// profileIDs are those that may be agreed on, best first; gcmOnly leaves AES-CM
// out.
func profileIDs(gcmOnly bool) []dtls.SRTPProtectionProfile {
	var ids []dtls.SRTPProtectionProfile
	for _, p := range profiles {
		if !gcmOnly || p.id != dtls.SRTP_AES128_CM_HMAC_SHA1_80 {
			ids = append(ids, p.id)
		}
	}
	return ids
}

func profileOf(id dtls.SRTPProtectionProfile) (profile, bool) {
	for _, p := range profiles {
		if p.id == id {
			return p, true
		}
	}
	return profile{}, false
}

// exporterBytes is how much keying material the profile needs.
func (p profile) exporterBytes() int { return 2 * (p.key + p.salt) }

// split makes the client's and the server's direction from exported keying
// material: client key, server key, client salt, server salt (RFC 5764
// section 4.2).
func (p profile) split(m []byte) (client, server *crypt, err error) {
	k, s := p.key, p.salt
	if client, err = p.make(m[:k], m[2*k:2*k+s]); err != nil {
		return nil, nil, err
	}
	if server, err = p.make(m[k:2*k], m[2*k+s:2*k+2*s]); err != nil {
		return nil, nil, err
	}
	return client, server, nil
}
