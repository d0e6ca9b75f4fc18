// Package postgres is everything that Nära does with a PostgreSQL server as such:
// it starts a private one, connects to one, brings its schema up to date, and tells
// which named constraint refused a change.
//
//	cluster, err := postgres.Start(ctx, postgres.Options{DataDir: "data", Log: log})
//	defer cluster.Stop()
//	err = postgres.Migrate(ctx, cluster.URL())
//	pool, err := postgres.Connect(ctx, cluster.URL())
//
// The private cluster is for `nara serve` without any setting. It listens on a Unix
// socket in a folder of its own and on no TCP port, so nobody on the network and no
// other user of the machine can reach it. PostgreSQL refuses to run as root; started
// by root, the server runs as the user postgres (else nobody) and gets its folder
// through an inherited descriptor, so that it works below folders like /root which
// that user cannot even look into. The server ends with the process that started it,
// also when that process is killed.
//
// An external server needs PostgreSQL 15 or newer and the extension btree_gist.
package postgres
