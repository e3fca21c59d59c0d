// Package node starts Weaviate for tests, where .ci/servers installed it. Some
// of its ports cannot be bound to an address, so the whole test program runs
// in a network namespace of its own, whose loopback interface nobody else
// reaches. The ports are then free, too.
package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// inside is set in the environment of a program within its namespace.
const inside = "IMAGESCOPE_TEST_NAMESPACE"

// Enter starts the program again within a namespace and ends with its exit
// code, if there is a server to be tested. TestMain calls it first.
func Enter() {
	if _, err := binary(); err != nil || os.Getenv(inside) != "" {
		return
	}
	code, err := within()
	if err == nil {
		os.Exit(code)
	}
	ErrNoServer = fmt.Errorf("no server: this machine does not allow a network namespace: %w", err)
}

// within runs this program in a namespace and returns its exit code.
func within() (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// raiseLoopback makes 127.0.0.1 work in a new namespace.
var raiseLoopback = sync.OnceValue(func() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	request := struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}{name: [16]byte{'l', 'o'}, flags: syscall.IFF_UP}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return errno
	}
	return nil
})

// ErrNoServer means that there is no server to be tested.
var ErrNoServer = errors.New("no server: run .ci/servers weaviate")

// binary returns the server's program.
func binary() (string, error) {
	dir := os.Getenv("IMAGESCOPE_SERVERS")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(cache, "imagescope-servers")
	}
	path := filepath.Join(dir, "weaviate-server")
	_, err := os.Stat(path)
	return path, err
}

// Node is a server.
type Node struct {
	N     int // 0 for the only one, 1 to 3 in a cluster
	dir   string
	cmd   *exec.Cmd
	ended chan error // has one value when the process has ended
	words bytes.Buffer
}

// URL returns the address of the node's interface.
func (n *Node) URL() string { return "http://127.0.0.1:" + strconv.Itoa(8080+n.N) }

// Start starts a node. It is not ready yet.
func (n *Node) Start() error {
	program, err := binary()
	if err != nil || os.Getenv(inside) == "" {
		return ErrNoServer
	}
	if err := raiseLoopback(); err != nil {
		return err
	}
	if n.dir == "" {
		if n.dir, err = os.MkdirTemp("", "weaviate-*"); err != nil {
			return err
		}
	}
	name, gossip, raft := "node"+strconv.Itoa(n.N), 7100+2*n.N, 8300+2*n.N
	set := map[string]string{
		"PERSISTENCE_DATA_PATH": n.dir, "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true", "DEFAULT_VECTORIZER_MODULE": "none",
		"CLUSTER_HOSTNAME": name, "CLUSTER_BIND_ADDR": "127.0.0.1", "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
		"CLUSTER_GOSSIP_BIND_PORT": strconv.Itoa(gossip), "CLUSTER_DATA_BIND_PORT": strconv.Itoa(gossip + 1),
		"RAFT_PORT": strconv.Itoa(raft), "RAFT_INTERNAL_RPC_PORT": strconv.Itoa(raft + 1),
		"RAFT_JOIN": name, "RAFT_BOOTSTRAP_EXPECT": "1",
		"GRPC_PORT": strconv.Itoa(50050 + n.N), "DISABLE_TELEMETRY": "true", "GO_PROFILING_DISABLE": "true", "LOG_LEVEL": "error",
	}
	if n.N > 0 {
		set["CLUSTER_IN_LOCALHOST"] = "true"
		set["RAFT_JOIN"], set["RAFT_BOOTSTRAP_EXPECT"] = "node1:8302,node2:8304,node3:8306", "3"
		if n.N > 1 {
			set["CLUSTER_JOIN"] = "127.0.0.1:7102"
		}
	}
	n.cmd = exec.Command(program, "--scheme", "http", "--host", "127.0.0.1", "--port", strconv.Itoa(8080+n.N))
	n.cmd.Env = os.Environ()
	for key, value := range set {
		n.cmd.Env = append(n.cmd.Env, key+"="+value)
	}
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	n.words.Reset()
	n.cmd.Stdout, n.cmd.Stderr = &n.words, &n.words
	if err := n.cmd.Start(); err != nil {
		n.cmd = nil
		return err
	}
	n.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan<- error) { ended <- cmd.Wait() }(n.cmd, n.ended)
	return nil
}

// patience is how long a node may take to start.
const patience = time.Minute

// Ready waits until a node answers.
func (n *Node) Ready(ctx context.Context) error {
	return n.poll(ctx, func() error {
		resp, err := http.Get(n.URL() + "/v1/.well-known/ready")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
}

// Accepts waits until a node listens on a port.
func (n *Node) Accepts(ctx context.Context, port string) error {
	return n.poll(ctx, func() error {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// poll calls f until it succeeds, or the node ends.
func (n *Node) poll(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
			continue
		case err = <-n.ended:
			n.cmd = nil
			err = fmt.Errorf("the server has ended: %w", err)
		case <-ctx.Done():
			n.Kill()
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		words := n.words.String()
		return fmt.Errorf("node %d: %w\n%s", n.N, err, words[max(0, len(words)-2000):])
	}
}

// Kill ends a node at once and keeps its data.
func (n *Node) Kill() {
	if n.cmd != nil {
		_ = n.cmd.Process.Kill() // it may have ended
		<-n.ended
		n.cmd = nil
	}
}

// Stop ends a node and removes its data. It may be started again, empty.
func (n *Node) Stop() {
	n.Kill()
	if n.dir != "" {
		if err := os.RemoveAll(n.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		n.dir = ""
	}
}
