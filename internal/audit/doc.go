// Package audit writes down who did what to what, and whether they might.
//
// An entry is written in the transaction of the change it tells of: both happen, or
// neither. The table is append-only; the database itself refuses to change or remove a
// row. Entries hold ids and slugs, never what people wrote and never their names.
package audit
