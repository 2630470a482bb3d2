package dataflowtest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Worker writes a file that is taken for a Go program for Linux, of a few hundred
// bytes, and returns its path. arch is "amd64" or "arm64", settings are those of
// its build; a program without any has no record of its build.
func Worker(t testing.TB, arch string, settings map[string]string) string {
	t.Helper()
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[arch]
	path := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(path, program(machine, buildInfo(settings)), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// buildInfo is what the linker writes, see debug/buildinfo: a magic header of 32
// bytes, then the version of Go and the settings, each after its length.
func buildInfo(settings map[string]string) []byte {
	if len(settings) == 0 {
		return nil
	}
	var lines strings.Builder
	lines.WriteString("path\tgithub.com/groundmill/groundmill/cmd/runner\n")
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		lines.WriteString("build\t" + key + "=" + settings[key] + "\n")
	}
	const sentinel = "0123456789abcdef" // 16 bytes around the settings
	out := append([]byte("\xff Go buildinf:\x08\x02"), make([]byte, 16)...)
	for _, text := range []string{"go1.26", sentinel + lines.String() + sentinel} {
		out = binary.AppendUvarint(out, uint64(len(text)))
		out = append(out, text...)
	}
	return out
}

// program is an ELF file whose only content is one section of data.
func program(machine elf.Machine, data []byte) []byte {
	const (
		names     = "\x00.go.buildinfo\x00.shstrtab\x00"
		dataStart = 64 + 56  // behind the header and one program header
		base      = 0x400008 // so that the data lies at a multiple of 16
	)
	namesStart := uint64(dataStart + len(data))
	sections := namesStart + uint64(len(names))
	header := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
		Phoff: 64, Shoff: sections, Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64, Shnum: 3, Shstrndx: 2,
	}
	copy(header.Ident[:], elf.ELFMAG)
	header.Ident[elf.EI_CLASS], header.Ident[elf.EI_DATA], header.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	var out bytes.Buffer
	for _, part := range []any{
		header,
		elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Vaddr: base, Filesz: sections, Memsz: sections},
		data, []byte(names),
		elf.Section64{},
		elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Addr: base + dataStart, Off: dataStart, Size: uint64(len(data))},
		elf.Section64{Name: 15, Type: uint32(elf.SHT_STRTAB), Off: namesStart, Size: uint64(len(names))},
	} {
		_ = binary.Write(&out, binary.LittleEndian, part) // to memory
	}
	return out.Bytes()
}
