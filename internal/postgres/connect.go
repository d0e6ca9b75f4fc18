package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Connect opens a pool on url (a URL or a keyword string) and proves that the server
// answers. What url itself says about the pool (pool_max_conns …) wins.
func Connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		// More connections than this only queue inside the server instead of before it.
		config.MaxConns = int32(min(max(16, 4*runtime.NumCPU()), 64))
	}
	if !strings.Contains(url, "pool_max_conn_idle_time") {
		config.MaxConnIdleTime = 10 * time.Minute
	}
	params := config.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"application_name":                    "nara",
		"timezone":                            "UTC",
		"statement_timeout":                   "30s",
		"idle_in_transaction_session_timeout": "30s",
	} {
		if _, given := params[name]; !given {
			params[name] = value
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return pool, nil
}

// Constraint returns the name of the constraint that err says was violated, "" when err
// is something else. The domain packages turn names into their own kinds of errors.
func Constraint(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.ConstraintName
	}
	return ""
}
