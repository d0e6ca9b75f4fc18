package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// ui serves the built web UI from memory. Files under assets/ have a hash in their name and never change; every
// address that is no file is a page of the UI, which finds its way from index.html.
type ui struct {
	files map[string]*uiFile
}

// uiFile is one file, with its compressed forms where they are smaller.
type uiFile struct {
	contentType string
	etag        string
	immutable   bool
	plain       []byte
	gzip        []byte
	brotli      []byte
}

// newUI reads the whole tree. A tree without index.html is a server built without its UI, which still serves the API.
func newUI(tree fs.FS) (*ui, error) {
	u := &ui{files: make(map[string]*uiFile)}
	if tree == nil {
		return u, nil
	}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".") // what the build keeps for itself
		switch {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case hidden || entry.IsDir():
			return nil
		}
		if base, packed := strings.CutSuffix(strings.TrimSuffix(name, ".br"), ".gz"); packed || base != name {
			return nil // read together with the plain file
		}
		file, err := readUIFile(tree, name)
		if err != nil {
			return err
		}
		u.files["/"+name] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read UI: %w", err)
	}
	return u, nil
}

func readUIFile(tree fs.FS, name string) (*uiFile, error) {
	plain, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &uiFile{
		plain: plain, contentType: contentType(name), immutable: strings.HasPrefix(name, "assets/"),
		etag: base64.RawURLEncoding.EncodeToString(sum[:12]),
	}
	f.brotli, _ = fs.ReadFile(tree, name+".br")
	f.gzip, _ = fs.ReadFile(tree, name+".gz")
	if f.gzip == nil && compressible(f.contentType) && len(plain) > 1024 {
		f.gzip = compress(plain)
	}
	return f, nil
}

func compress(plain []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(plain); err != nil || w.Close() != nil || out.Len() >= len(plain) {
		return nil
	}
	return out.Bytes()
}

// contentType does not ask the machine's own tables: they differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") || strings.Contains(contentType, "svg")
}

func (u *ui) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	atRoute(r, "ui")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, kindMethod.problem(r.Context()))
		return
	}
	file := u.files[r.URL.Path]
	if r.URL.Path == "/index.html" {
		file = nil // one page has one address
	}
	if file == nil && !isPage(r.URL.Path) {
		writeProblem(w, kindNotFound.problem(r.Context()))
		return
	}
	if file == nil {
		file = u.files["/index.html"]
	}
	if file == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("This nara was built without its web UI. Build it with: make build\n"))
		return
	}
	file.serve(w, r)
}

// isPage tells a page's address from a file's: files have a dot in their last part, and assets are never pages.
func isPage(address string) bool {
	return !strings.HasPrefix(address, "/assets/") && (address == "/index.html" || !strings.Contains(path.Base(address), "."))
}

func (f *uiFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	content, coding := f.plain, ""
	if f.gzip != nil || f.brotli != nil {
		h.Add("Vary", "Accept-Encoding")
		accepted := r.Header.Get("Accept-Encoding")
		switch {
		case f.brotli != nil && accepts(accepted, "br"):
			content, coding = f.brotli, "br"
		case f.gzip != nil && accepts(accepted, "gzip"):
			content, coding = f.gzip, "gzip"
		}
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	switch {
	case f.immutable:
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case !strings.HasPrefix(f.contentType, "text/html"):
		h.Set("Cache-Control", "no-cache")
	}
	if !strings.HasPrefix(f.contentType, "text/html") {
		h.Set("ETag", `"`+f.etag+coding+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// accepts reads an Accept-Encoding header as far as browsers use it: names, and q=0 for never.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
		}
	}
	return false
}
