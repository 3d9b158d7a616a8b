// Prints for each file named on standard input what AppendCertsFromPEM takes: the number, then SHA-256 of each.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		data, err := os.ReadFile(names.Text())
		if err != nil {
			panic(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(data)
		fmt.Print(len(pool.Subjects()))
		for len(data) > 0 {
			var block *pem.Block
			block, data = pem.Decode(data)
			if block == nil {
				break
			}
			if block.Type != "CERTIFICATE" || len(block.Headers) != 0 {
				continue
			}
			if _, err := x509.ParseCertificate(block.Bytes); err == nil {
				fmt.Printf(" %x", sha256.Sum256(block.Bytes))
			}
		}
		fmt.Println()
	}
}
