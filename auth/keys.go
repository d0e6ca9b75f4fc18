package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// keyLife is how long a key signs before another takes over. It verifies as long again.
const keyLife = 24 * time.Hour

const (
	keyBlock   = "PRIVATE KEY"
	keyCreated = "Created" // PEM header: when the key was made, RFC 3339
	keySuffix  = ".pem"
)

// signingKey is an Ed25519 key in a file of its own, named after its public half.
type signingKey struct {
	id      string
	created time.Time
	private ed25519.PrivateKey
}

func (k signingKey) public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// keyring holds the keys of a folder: the newest signs, and it and the one before verify.
type keyring struct {
	dir     string
	rotates bool

	mu   sync.Mutex   // guards keys
	keys []signingKey // newest first
}

// openKeyring reads the keys of a folder. One that rotates makes the folder if need be, and a key if none is young
// enough.
func openKeyring(dir string, rotates bool, now time.Time) (*keyring, error) {
	r := &keyring{dir: dir, rotates: rotates}
	if rotates {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make key folder: %w", err)
		}
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	if _, err := r.signer(now); err != nil {
		return nil, err
	}
	return r, nil
}

// signer returns the key that signs at now.
func (r *keyring) signer(now time.Time) (signingKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rotates && (len(r.keys) == 0 || now.Sub(r.keys[0].created) >= keyLife) {
		if err := r.rotate(now); err != nil {
			return signingKey{}, err
		}
	}
	if len(r.keys) == 0 {
		return signingKey{}, fmt.Errorf("no key in %s: a server must have been started with this data folder", r.dir)
	}
	return r.keys[0], nil
}

// verifier returns the public key with this id.
func (r *keyring) verifier(id string) (ed25519.PublicKey, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.keys {
		if k.id == id {
			return k.public(), true
		}
	}
	return nil, false
}

// load reads every key of the folder and keeps the two newest.
func (r *keyring) load() error {
	entries, err := os.ReadDir(r.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read key folder: %w", err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), keySuffix) {
			continue
		}
		k, err := readKey(filepath.Join(r.dir, e.Name()))
		if err != nil {
			return err
		}
		r.keys = append(r.keys, k)
	}
	slices.SortFunc(r.keys, func(a, b signingKey) int { return b.created.Compare(a.created) })
	r.keys = r.keys[:min(len(r.keys), 2)]
	return nil
}

// rotate makes a key and forgets all but the one before it. The caller holds mu.
func (r *keyring) rotate(now time.Time) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	sum := sha256.Sum256(public)
	k := signingKey{
		id:      base64.RawURLEncoding.EncodeToString(sum[:12]),
		created: now.UTC().Truncate(time.Second),
		private: private,
	}
	if err := writeKey(r.dir, k); err != nil {
		return err
	}
	r.keys = append([]signingKey{k}, r.keys[:min(len(r.keys), 1)]...)
	return r.forget()
}

// forget removes the files of keys that are no longer held.
func (r *keyring) forget() error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("read key folder: %w", err)
	}
	for _, e := range entries {
		id, isKey := strings.CutSuffix(e.Name(), keySuffix)
		if !isKey || slices.ContainsFunc(r.keys, func(k signingKey) bool { return k.id == id }) {
			continue
		}
		if err := os.Remove(filepath.Join(r.dir, e.Name())); err != nil {
			return fmt.Errorf("remove old key: %w", err)
		}
	}
	return nil
}

// readKey reads a key file, which nobody else may be able to read.
func readKey(path string) (signingKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return signingKey{}, fmt.Errorf("look at key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return signingKey{}, fmt.Errorf("key %s can be read by others (mode %04o, want 0600)", path, info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return signingKey{}, fmt.Errorf("read key: %w", err)
	}
	block, _ := pem.Decode(content)
	if block == nil || block.Type != keyBlock {
		return signingKey{}, fmt.Errorf("key %s is not a PEM private key", path)
	}
	created, err := time.Parse(time.RFC3339, block.Headers[keyCreated])
	if err != nil {
		return signingKey{}, fmt.Errorf("key %s does not say when it was made: %w", path, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, fmt.Errorf("parse key %s: %w", path, err)
	}
	private, isEd25519 := parsed.(ed25519.PrivateKey)
	if !isEd25519 {
		return signingKey{}, fmt.Errorf("key %s is not an Ed25519 key", path)
	}
	return signingKey{
		id:      strings.TrimSuffix(filepath.Base(path), keySuffix),
		created: created,
		private: private,
	}, nil
}

// writeKey writes a key file whole or not at all.
func writeKey(dir string, k signingKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	content := pem.EncodeToMemory(&pem.Block{
		Type:    keyBlock,
		Headers: map[string]string{keyCreated: k.created.Format(time.RFC3339)},
		Bytes:   der,
	})
	f, err := os.CreateTemp(dir, "new-*") // 0600
	if err != nil {
		return fmt.Errorf("make key file: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, k.id+keySuffix))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write key file: %w", err), os.Remove(f.Name()))
	}
	return nil
}
