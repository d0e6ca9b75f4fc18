package postgres

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// identity is the unprivileged user that the server runs as when we are root. A nil
// identity means: as ourselves.
type identity struct {
	name     string
	uid, gid int
}

// serverIdentity returns nil for an ordinary user, else the user postgres or nobody.
func serverIdentity() (*identity, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID != nil || errGID != nil || uid == 0 {
			continue
		}
		return &identity{name: name, uid: uid, gid: gid}, nil
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and neither the user postgres nor nobody exists: " +
		"add one, or start Nära as an ordinary user, or give --database-url")
}

func (i *identity) credential() *syscall.Credential {
	if i == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.gid)}
}

func (i *identity) own(path string) error {
	if i == nil {
		return nil
	}
	return os.Chown(path, i.uid, i.gid)
}
