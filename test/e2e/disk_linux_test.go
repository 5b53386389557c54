// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"unsafe"
)

// disk is where one process of a story writes, and can become full.
type disk interface {
	// prepare has a command run on it.
	prepare(cmd *exec.Cmd)
	// fill leaves no room for the running process, empty gives it back.
	fill(t *testing.T, p *process)
	empty(t *testing.T, p *process)
}

// disks are the ways to make a disk full that this machine has. A file system of its own needs a name
// space, which containers often refuse; the limit on file sizes is the kernel's own word and works
// everywhere, but refuses what goes over old content too.
func disks() map[string]func(dir string) disk {
	list := map[string]func(string) disk{"a limit on file sizes": func(string) disk { return sizeLimit{} }}
	if flags := spaces(); flags != 0 {
		list["a small file system"] = func(dir string) disk { return smallDisk{dir, flags} }
	}
	return list
}

// What the helper in front of a process on a small disk is told.
const (
	diskVariable    = "E2E_DISK"         // where to mount it
	programVariable = "E2E_DISK_PROGRAM" // what to become then
	diskSize        = 6 << 20
)

// smallDisk is a file system of a few megabytes that only the process sees, mounted over dir with what lies
// there already.
type smallDisk struct {
	dir    string
	spaces uintptr
}

func (d smallDisk) prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = inside(d.spaces)
	cmd.Env = append(cmd.Env, diskVariable+"="+d.dir, programVariable+"="+cmd.Path)
	cmd.Path = "/proc/self/exe"
}

// at is the file system as seen from outside.
func (d smallDisk) at(p *process, name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "root", d.dir, name)
}

func (d smallDisk) fill(t *testing.T, p *process) {
	t.Helper()
	f, err := os.OpenFile(d.at(p, "ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func (d smallDisk) empty(t *testing.T, p *process) {
	t.Helper()
	if err := os.Remove(d.at(p, "ballast")); err != nil {
		t.Fatal(err)
	}
}

// sizeLimit has the kernel refuse whatever the process writes to a file.
type sizeLimit struct{}

func (sizeLimit) prepare(*exec.Cmd) {}

func (sizeLimit) fill(t *testing.T, p *process)  { limitFiles(t, p, 0) }
func (sizeLimit) empty(t *testing.T, p *process) { limitFiles(t, p, ^uint64(0)) }

func limitFiles(t *testing.T, p *process, most uint64) {
	t.Helper()
	const limitFSize = 1 // RLIMIT_FSIZE
	limit := syscall.Rlimit{Cur: most, Max: ^uint64(0)}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(p.cmd.Process.Pid), limitFSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Fatalf("prlimit: %v", errno)
	}
}

// becomeDisk is the life of the helper: mount, fetch what was there, and become the program.
func becomeDisk() {
	dir := os.Getenv(diskVariable)
	if dir == "" {
		return
	}
	program := os.Getenv(programVariable)
	os.Unsetenv(diskVariable)
	os.Unsetenv(programVariable)
	err := mountOver(dir)
	if err == nil && program != "" {
		err = syscall.Exec(program, os.Args, os.Environ())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "small disk:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func mountOver(dir string) error {
	kept := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		kept[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount of our own: %w", err)
	}
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", diskSize)); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	for path, content := range kept {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// spaces are the name spaces in which this machine lets us mount; 0 when there are none.
func spaces() uintptr {
	dir, err := os.MkdirTemp("", "vedette-disk")
	if err != nil {
		return 0
	}
	defer os.Remove(dir)
	for _, flags := range []uintptr{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS, syscall.CLONE_NEWNS} {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env, cmd.SysProcAttr = append(os.Environ(), diskVariable+"="+dir), inside(flags)
		if cmd.Run() == nil {
			return flags
		}
	}
	return 0
}

// inside are the attributes of a process in name spaces of its own, in which it is root.
func inside(flags uintptr) *syscall.SysProcAttr {
	attr := dieWithUs()
	attr.Cloneflags = flags
	if flags&syscall.CLONE_NEWUSER != 0 {
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attr
}
