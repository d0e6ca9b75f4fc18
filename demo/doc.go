// Package demo is a county to try the product in: Ostrobothnia's fourteen
// municipalities are real, every site, person, number and booking is made up.
// It exists only behind "nara serve --demo" and "nara seed".
//
//   - county.go: municipalities, sites, rooms and devices
//   - services.go: what can be booked, in three languages
//   - people.go: the personas with a sign-in, and the names the others are made of
//
// The data are plain literals; what they become in the database is written by
// the seeding files. Seeding is deterministic: the same day gives the same
// county.
package demo
