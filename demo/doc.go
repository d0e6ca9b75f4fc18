// Package demo is a made-up county on which everything can be shown: Ostrobothnia's fourteen municipalities with
// invented sites, people and bookings. Nobody in it exists, and its phone numbers are from a range that is never given
// out.
//
// [Seed] fills an empty database in seconds; the same day gives the same county. [Refresh] runs at every start of
// the demo and sees to it that its named people have something to do today, whatever the clock says.
package demo
