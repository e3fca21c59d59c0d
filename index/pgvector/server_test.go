package pgvector_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"
)

// The tests need a server: the one that IMAGESCOPE_PGVECTOR names by its
// connection string, in whose database they make and drop tables, or else
// PGlite, PostgreSQL as a program of Node.js, where .ci/servers installed it.

// TestMain stops the server in the end.
func TestMain(m *testing.M) {
	code := m.Run()
	stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var (
	errNoServer = errors.New("no server: run .ci/servers pglite, or set IMAGESCOPE_PGVECTOR to a connection string")

	stop = func() {}
	// server returns the connection string of the server, which it starts once.
	server = sync.OnceValues(func() (string, error) {
		if url := os.Getenv("IMAGESCOPE_PGVECTOR"); url != "" {
			return url, nil
		}
		return startPGlite()
	})
)

// servers is where .ci/servers installs.
func servers() (string, error) {
	if dir := os.Getenv("IMAGESCOPE_SERVERS"); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "imagescope-servers"), err
}

func startPGlite() (string, error) {
	dir, err := servers()
	if err != nil {
		return "", err
	}
	script := filepath.Join(dir, "pglite/node_modules/@electric-sql/pglite-socket/dist/scripts/server.js")
	if _, err := os.Stat(script); err != nil {
		return "", errNoServer
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("node", script, "-d", "memory://", "-h", "127.0.0.1", "-p", port, "-m", "8", "-e", "@electric-sql/pglite-pgvector:vector")
	cmd.Dir = filepath.Join(dir, "pglite")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	read := make(chan struct{})
	ready := make(chan bool, 1)
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "listening on") {
				ready <- true
			}
		}
		ready <- false
	}()
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-read
		_ = cmd.Wait()
	}
	if !<-ready {
		return "", errors.New("PGlite ended before it listened")
	}
	// All connections share one backend, and so its prepared statements, the
	// one without a name included.
	return "postgres://postgres:postgres@127.0.0.1:" + port + "/postgres?sslmode=disable&default_query_exec_mode=exec&pool_max_conns=1", nil
}

// freePort returns a port on which nobody listens at the moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// connect returns connections to the server, or skips the test.
func connect(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return pool(t, func(*pgxpool.Config) {})
}

// pool returns connections with settings.
func pool(t testing.TB, set func(*pgxpool.Config)) *pgxpool.Pool {
	t.Helper()
	url, err := server()
	if errors.Is(err, errNoServer) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	set(config)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// tables numbers the tables of the tests.
var tables int

// newTable returns the name of a table that the end of the test drops.
func newTable(t testing.TB, pool *pgxpool.Pool) string {
	tables++
	name := fmt.Sprintf("imagescope_test_%d_%d", os.Getpid(), tables)
	t.Cleanup(func() {
		if _, err := pool.Exec(context.WithoutCancel(t.Context()), "DROP TABLE IF EXISTS "+name); err != nil {
			t.Error(err)
		}
	})
	return name
}
