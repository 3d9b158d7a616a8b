from __future__ import annotations

from tests.advise.calls.call import Call

_SOURCE = """
package main
import ("fmt"; "net/http"; "os")
func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { panic(err) }
	fmt.Println(answer.StatusCode)
}
"""
CALLS = (Call("Go", "Go", ("go", "run", "get.go"), sources={"get.go": _SOURCE}),)
