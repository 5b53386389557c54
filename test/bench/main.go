// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

type options struct {
	rounds, conns, requests, parked int
	phones                          int
	idle                            time.Duration
	only, peers, json               string
	tlsBackend                      bool
	vedette, records                string
	keep                            bool
}

func main() {
	var o options
	part := flag.String("part", "", "run one part of the bench (internal)")
	listen := flag.String("listen", "", "address of the part")
	target := flag.String("target", "", "backend of the part")
	cert := flag.String("cert", "", "certificate of the part")
	key := flag.String("key", "", "key of the part")
	dsn := flag.String("dsn", "", "databases of the part, with commas between them")
	flag.IntVar(&o.rounds, "rounds", 5, "interleaved rounds")
	flag.IntVar(&o.conns, "conns", 64, "connections for short requests")
	flag.IntVar(&o.requests, "requests", 30_000, "short requests per peer and round")
	flag.IntVar(&o.parked, "parked", 5_000, "parked Pings")
	flag.IntVar(&o.phones, "phones", 5_000, "phones of a storm")
	flag.DurationVar(&o.idle, "idle", 60*time.Second, "how long the Pings are parked before memory is read")
	flag.StringVar(&o.only, "only", "short,parked", "which measurements: short, parked; or one of storm, provisioning, policychange")
	flag.StringVar(&o.peers, "peers", "", "which peers (default: all)")
	flag.StringVar(&o.json, "json", "", "write the results to this file as JSON")
	flag.BoolVar(&o.tlsBackend, "tls-backend", false, "TLS between proxy and mail server")
	flag.StringVar(&o.vedette, "vedette", "bin/vedette", "the binary under test")
	flag.StringVar(&o.records, "records", "", "database with all records; it is made when there is none")
	flag.BoolVar(&o.keep, "keep", false, "keep logs and configurations")
	flag.Parse()
	var err error
	switch *part {
	case "backend":
		err = backend(*listen, *cert, *key)
	case "policy":
		err = policy(*listen)
	case "pages":
		err = pages(os.Stdin, os.Stdout, o.json)
	case "console":
		err = console(*dsn, os.Stdout)
	case "reverseproxy":
		err = reverseProxy(*listen, *target, *cert, *key)
	default:
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	l, back, err := setUp(o)
	if err != nil {
		return err
	}
	defer func() {
		if o.keep {
			fmt.Fprintln(os.Stderr, "kept:", l.dir)
			return
		}
		os.RemoveAll(l.dir)
	}()
	defer back.stop()
	switch o.only {
	case "storm":
		return storms(l, o)
	case "provisioning":
		return provisionings(l, o)
	case "policychange":
		return policyChanges(l, o)
	}
	var rows []row
	for round := 1; round <= o.rounds; round++ {
		for _, p := range peers() {
			if o.peers != "" && !slices.Contains(strings.Split(o.peers, ","), p.name) {
				continue
			}
			r := row{Peer: p.name, Round: round}
			if strings.Contains(o.only, "short") {
				if err := measureShort(l, p, o, &r); err != nil {
					return fmt.Errorf("%s, short requests: %w", p.name, err)
				}
			}
			if strings.Contains(o.only, "parked") {
				if err := measureParked(l, p, o, &r); err != nil {
					return fmt.Errorf("%s, parked Pings: %w", p.name, err)
				}
			}
			rows = append(rows, r)
			fmt.Fprintf(os.Stderr, "round %d %-20s cpu %6.1f µs/request  p50 %5.0f µs  %6.1f KB/Ping  gone in %s  failed %d\n",
				round, p.name, r.CPUMicros, r.P50Micros, r.PingKB, r.HalfGone.Round(time.Millisecond), r.Failed)
		}
	}
	return report(os.Stdout, rows, o)
}

func setUp(o options) (*lab, *process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, nil, err
	}
	vedette, err := filepath.Abs(o.vedette)
	if err != nil {
		return nil, nil, err
	}
	l := &lab{dir: dir, self: self, vedette: vedette, scheme: "http", records: o.records}
	if l.records == "" {
		l.records = filepath.Join(dir, "records.db")
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, nil, err
	}
	if err := l.certificates(); err != nil {
		return nil, nil, err
	}
	l.deviceMap = filepath.Join(dir, "devices.map")
	var b strings.Builder
	for i := range records {
		b.WriteString(deviceName(i) + " allow\n")
	}
	if err := os.WriteFile(l.deviceMap, []byte(b.String()), 0o600); err != nil {
		return nil, nil, err
	}
	if l.backend, err = freeAddr(); err != nil {
		return nil, nil, err
	}
	argv := []string{self, "-part", "backend", "-listen", l.backend}
	if o.tlsBackend {
		l.scheme = "https"
		argv = append(argv, "-cert", l.cert, "-key", l.key)
	}
	back, err := start(dir, "backend", argv...)
	if err != nil {
		return nil, nil, err
	}
	return l, back, ready(l.backend)
}

func (l *lab) certificates() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.bench.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"mail.bench.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		return err
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	c := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	kp := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})
	l.cert, l.key, l.pem = filepath.Join(l.dir, "cert.pem"), filepath.Join(l.dir, "key.pem"), filepath.Join(l.dir, "both.pem")
	for path, b := range map[string][]byte{l.cert: c, l.key: kp, l.pem: append(slices.Clone(c), kp...)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func stopAll(ps []*process) {
	for _, p := range ps {
		p.stop()
	}
}

func cost(ps []*process) (d time.Duration) {
	for _, p := range ps {
		d += p.cpu()
	}
	return d
}

func size(ps []*process) (n int64) {
	for _, p := range ps {
		n += p.pss()
	}
	return n
}

func measureShort(l *lab, p peer, o options, r *row) error {
	l.rate = defaultRate
	listen, err := freeAddr()
	if err != nil {
		return err
	}
	started, counted, err := p.run(l, listen)
	defer stopAll(started)
	if err != nil {
		return err
	}
	if _, err := short(listen, o.conns, o.requests/5, 0); err != nil { // warm-up
		return err
	}
	before := cost(counted)
	res, err := short(listen, o.conns, o.requests, 0)
	if err != nil {
		return err
	}
	r.CPUMicros = float64((cost(counted) - before).Microseconds()) / float64(res.requests)
	r.P50Micros, r.P99Micros = float64(res.p50.Microseconds()), float64(res.p99.Microseconds())
	r.Requests, r.Failed = res.requests, res.failed
	return nil
}

func measureParked(l *lab, p peer, o options, r *row) error {
	l.rate = 0 // what is weighed is waiting, not standing in line
	listen, err := freeAddr()
	if err != nil {
		return err
	}
	started, counted, err := p.run(l, listen)
	defer stopAll(started)
	if err != nil {
		return err
	}
	if _, err := short(listen, 20, 200, 0); err != nil {
		return err
	}
	if err := l.waitParked(0, 5*time.Second); err != nil {
		return err
	}
	base := size(counted)
	conns, err := park(listen, o.parked)
	defer func() {
		for _, c := range conns {
			if c != nil {
				c.Close()
			}
		}
	}()
	if err != nil {
		return err
	}
	if err := l.waitParked(o.parked, 20*time.Second); err != nil {
		return err
	}
	time.Sleep(o.idle)
	r.PingKB = float64(size(counted)-base) / 1024 / float64(o.parked)
	begin := time.Now()
	for _, c := range conns[:o.parked/2] {
		c.Close()
	}
	if err := l.waitParked(o.parked-o.parked/2, 30*time.Second); err != nil {
		return err
	}
	r.HalfGone = time.Since(begin)
	return nil
}

func backendClient() *http.Client {
	return &http.Client{Transport: insecure(), Timeout: 20 * time.Second}
}

// askBackend gets a number from the mail server.
func (l *lab) askBackend(client *http.Client, path string) (int, error) {
	resp, err := client.Get(l.scheme + "://" + l.backend + path)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// waitParked waits until the backend holds exactly n Pings.
func (l *lab) waitParked(n int, limit time.Duration) error {
	client := backendClient()
	defer client.CloseIdleConnections()
	got := -1
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var err error
		if got, err = l.askBackend(client, "/parked"); err != nil {
			return err
		}
		if got == n {
			return nil
		}
	}
	return fmt.Errorf("the mail server holds %d Pings, not %d", got, n)
}
