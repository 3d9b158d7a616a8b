// Dials each server named on standard input and prints what crypto/tls says of its certificates.
//
// A line of input has a name, a port on 127.0.0.1, a host and a trust file, parted by tabs. A line of output has the
// name, one of accepted, refused and none (no handshake for a reason beside the certificates), and the error.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	workers  = 4
	patience = 30 * time.Second
)

func main() {
	tasks := make(chan []string)
	var lines sync.Mutex
	var group sync.WaitGroup
	for i := 0; i < workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for task := range tasks {
				outcome, detail := dial(task[1], task[2], task[3])
				lines.Lock()
				fmt.Printf("%s\t%s\t%s\n", task[0], outcome, strings.Join(strings.Fields(detail), " "))
				lines.Unlock()
			}
		}()
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		tasks <- strings.Split(input.Text(), "\t")
	}
	close(tasks)
	group.Wait()
}

func dial(port, host, trust string) (outcome, detail string) {
	defer func() {
		if fault := recover(); fault != nil {
			outcome, detail = "refused", fmt.Sprint("panic: ", fault)
		}
	}()
	bundle, err := os.ReadFile(trust)
	if err != nil {
		return "none", err.Error()
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, patience)
	if err != nil {
		return "none", err.Error()
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	err = tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: host}).Handshake()
	if err == nil {
		return "accepted", ""
	}
	if _, ok := err.(net.Error); ok || strings.HasPrefix(err.Error(), "EOF") {
		return "none", err.Error()
	}
	return "refused", err.Error()
}
