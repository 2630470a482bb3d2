package dataflow

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/storage"
)

// form is how the value of a field is written. Empty values are not looked at.
type form struct {
	field, value string
	pattern      *regexp.Regexp
	remedy       string
}

// Forms of names, as Google's documentation gives them.
var (
	projectForm    = regexp.MustCompile(`^([a-z][-a-z0-9.]*[a-z0-9]:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$`)
	regionForm     = regexp.MustCompile(`^[a-z]+(-[a-z]+)+[0-9]+$`)
	zoneForm       = regexp.MustCompile(`^[a-z]+(-[a-z]+)+[0-9]+-[a-z]$`)
	bucketForm     = regexp.MustCompile(`^gs://[a-z0-9][-_.a-z0-9]{1,220}[a-z0-9](/.*)?$`)
	jobNameForm    = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	imageForm      = regexp.MustCompile(`^[a-zA-Z0-9][-a-zA-Z0-9._:/@]*$`)
	machineForm    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)
	diskForm       = regexp.MustCompile(`^([a-z][-a-z0-9]*|compute\.googleapis\.com/projects/[^/]*/zones/[^/]*/diskTypes/[-a-z0-9]+)$`)
	emailForm      = regexp.MustCompile(`^[-a-z0-9._]+@[-a-z0-9.]+\.[a-z]+$`)
	networkForm    = regexp.MustCompile(`^(projects/[^/]+/global/networks/)?[a-z]([-a-z0-9]*[a-z0-9])?$`)
	subnetworkForm = regexp.MustCompile(`^(https://www\.googleapis\.com/compute/v1/projects/[^/]+/)?regions/([^/]+)/subnetworks/[a-z]([-a-z0-9]*[a-z0-9])?$`)
	keyForm        = regexp.MustCompile(`^projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+$`)
	labelKeyForm   = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValueForm = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
)

const (
	maxJobName    = 1024 // characters
	maxLabels     = 64
	maxLabelBytes = 128 // of a key or a value
)

func (o Options) checkRequired(s section) {
	if o.Project == "" {
		s.addf("project", "is empty; give the ID of a project, see `gcloud projects list`")
	}
	if o.Region == "" {
		s.addf("region", "is empty; give the region to run in, such as us-central1")
	}
	if o.Staging == "" {
		s.addf("staging", "is empty; give a folder of a bucket in the job's region, such as gs://bucket/staging")
	}
}

func (o Options) forms() []form {
	return []form{
		{"project", o.Project, projectForm, "give the project's ID, neither its number nor its title"},
		{"region", o.Region, regionForm, "give a region, such as us-central1, not a zone"},
		{"staging", o.Staging, bucketForm, "give a folder of a bucket, such as gs://bucket/staging"},
		{"temp", o.Temp, bucketForm, "give a folder of a bucket, such as gs://bucket/temp"},
		{"job_name", o.JobName, jobNameForm, "use lower-case letters, digits and hyphens, with a letter first and no hyphen last"},
		{"container_image", o.ContainerImage, imageForm, "give an image as docker pull takes it, such as us-docker.pkg.dev/project/repository/worker:1"},
		{"machine_type", o.MachineType, machineForm, "give a machine type, such as n1-standard-8"},
		{"disk_type", o.DiskType, diskForm, "give the name of a disk type, such as pd-ssd"},
		{"service_account", o.ServiceAccount, emailForm, "give the account's e-mail address, such as worker@project.iam.gserviceaccount.com"},
		{"network", o.Network, networkForm, "give the network's name"},
		{"subnetwork", o.Subnetwork, subnetworkForm, "write it regions/REGION/subnetworks/NAME, " +
			"with https://www.googleapis.com/compute/v1/projects/PROJECT/ before it for another project's"},
		{"worker_zone", o.WorkerZone, zoneForm, "give a zone, such as us-central1-a"},
		{"kms_key", o.KMSKey, keyForm, "write it projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY"},
	}
}

func (o Options) checkForms(s section) {
	for _, f := range o.forms() {
		if f.value != "" && !f.pattern.MatchString(f.value) {
			s.addf(f.field, "%q is not of the right form; %s", f.value, f.remedy)
		}
	}
	if len(o.JobName) > maxJobName {
		s.addf("job_name", "has %d characters; use %d at most", len(o.JobName), maxJobName)
	}
	checkFolder(s, "staging", o.Staging)
	checkFolder(s, "temp", o.Temp)
}

// checkFolder finds folders of a bucket that cannot be.
func checkFolder(s section, field, location string) {
	if !bucketForm.MatchString(location) {
		return
	}
	if _, err := storage.Open(location); err != nil {
		s.addf(field, "%v", err)
	}
}

// checkPlaces finds fields that name another region.
func (o Options) checkPlaces(s section) {
	if !regionForm.MatchString(o.Region) {
		return
	}
	if zoneForm.MatchString(o.WorkerZone) && !strings.HasPrefix(o.WorkerZone, o.Region+"-") {
		s.addf("worker_zone", "%s is not in %s; choose one of its zones or change region", o.WorkerZone, o.Region)
	}
	if m := subnetworkForm.FindStringSubmatch(o.Subnetwork); m != nil && m[2] != o.Region {
		s.addf("subnetwork", "is in %s, the job in %s; choose one of that region or change region", m[2], o.Region)
	}
	if m := keyForm.FindStringSubmatch(o.KMSKey); m != nil && m[1] != o.Region {
		s.addf("kms_key", "is in %s, the job in %s; choose a key of that region or change region", m[1], o.Region)
	}
}

func (o Options) checkWorkers(s section) {
	counts := []struct {
		field string
		n     int
	}{{"workers", o.Workers}, {"max_workers", o.MaxWorkers}, {"disk_gb", o.DiskGB}}
	for _, c := range counts {
		if c.n < 0 {
			s.addf(c.field, "%d is negative; give a positive number, or 0 to leave it to the service", c.n)
		}
	}
	if o.MaxWorkers > 0 && o.Workers > o.MaxWorkers {
		s.addf("workers", "%d is more than max_workers, %d; lower it or raise max_workers", o.Workers, o.MaxWorkers)
	}
	if o.Autoscaling != "" && !slices.Contains(Autoscalings, o.Autoscaling) {
		s.addf("autoscaling", "%q is unknown; use one of %q, or leave it out", o.Autoscaling, Autoscalings)
	}
}

func (o Options) checkLabels(s section) {
	if len(o.Labels) > maxLabels {
		s.addf("labels", "are %d; a job may have %d", len(o.Labels), maxLabels)
	}
	for _, key := range slices.Sorted(maps.Keys(o.Labels)) {
		value := o.Labels[key]
		if !labelKeyForm.MatchString(key) || len(key) > maxLabelBytes {
			s.addf("labels."+key, "%q is no key of a label; use up to 63 lower-case letters, digits, _ and -, with a letter first", key)
		}
		if !labelValueForm.MatchString(value) || len(value) > maxLabelBytes {
			s.addf("labels."+key, "%q is no value of a label; use up to 63 lower-case letters, digits, _ and -", value)
		}
	}
}

// noRunner2 are experiments that would turn off the only runner that runs Go
// pipelines.
var noRunner2 = []string{"disable_runner_v2", "disable_prime_runner_v2", "disable_portable_runner", "enable_streaming_java_runner"}

func (o Options) checkLists(s section) {
	for i, option := range o.ServiceOptions {
		field := fmt.Sprintf("service_options[%d]", i)
		checkEntry(s, field, option)
		if strings.HasPrefix(option, acceleratorOption) {
			s.addf(field, "asks for an accelerator; use the section accelerator for it")
		}
	}
	for i, experiment := range o.Experiments {
		field := fmt.Sprintf("experiments[%d]", i)
		checkEntry(s, field, experiment)
		if slices.ContainsFunc(noRunner2, func(name string) bool { return strings.HasPrefix(experiment, name) }) {
			s.addf(field, "%q turns off Runner v2, without which no Go pipeline runs; remove it", experiment)
		}
		if strings.HasPrefix(experiment, "worker_region") && o.WorkerZone != "" {
			s.addf(field, "%q contradicts worker_zone; remove one of them", experiment)
		}
	}
}

// checkEntry finds entries that the SDK, which joins lists by commas, would tear
// apart.
func checkEntry(s section, field, entry string) {
	if strings.TrimSpace(entry) == "" || strings.Contains(entry, ",") {
		s.addf(field, "%q must be one option without a comma; give each its own entry, and use semicolons within one", entry)
	}
}

// checkEndpoint keeps tokens from being sent unencrypted.
func (o Options) checkEndpoint(s section) {
	if o.Endpoint == "" {
		return
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		s.addf("endpoint", "%q is not of the right form; give a URL such as https://dataflow.example.com/", o.Endpoint)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
