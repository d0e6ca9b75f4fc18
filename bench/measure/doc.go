// Package measure is what the measuring programs of this folder have in
// common: the media every generator sends, the stamp each packet carries, the
// histogram and the figures of a process, and the result they are printed as.
//
// A figure is worth something only beside another one that was taken in the
// same way: the same packets, the same window, the same JSON keys. That is why
// these things have one home.
package measure
