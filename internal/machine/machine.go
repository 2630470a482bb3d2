// Package machine names the machine that benchmark figures were taken on:
//
//	fmt.Println(machine.Processor()) // such as "AMD EPYC"
package machine

import (
	"os"
	"runtime"
	"strings"
)

// Processor returns the processor's name as Linux knows it, the architecture
// where that cannot be read.
func Processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	return modelName(string(data))
}

// modelName finds the first "model name" of a /proc/cpuinfo.
func modelName(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
