package portable

import "strings"

// Cause returns what a function of ours said, out of what an engine tells of it:
// the Go SDK puts the whole plan of the stage before it, Java engines their stack
// behind it. A message of another kind is returned as it is, without its stack.
func Cause(message string) string {
	if i := strings.LastIndex(message, "DoFn["); i >= 0 {
		if _, said, ok := strings.Cut(message[i:], " failed:\n"); ok {
			message = said
		}
	}
	message, _, _ = strings.Cut(message, "\n\tat ")
	return strings.TrimSpace(message)
}
