package postgrestest

import (
	"net/url"
	"strings"
)

// replaceDatabase changes the database in a URL or in a keyword string.
func replaceDatabase(text, old, name string) string {
	if parsed, err := url.Parse(text); err == nil && strings.HasPrefix(parsed.Scheme, "postgres") {
		parsed.Path = "/" + name
		return parsed.String()
	}
	if strings.Contains(text, "dbname="+old) {
		return strings.Replace(text, "dbname="+old, "dbname="+name, 1)
	}
	return text + " dbname=" + name
}
