package pagetest

import "strings"

// Hostile are texts that break pages.
var Hostile = []string{
	`<script>document.title='owned'</script><img src=x onerror=alert(1)>`,
	`"></title></style><style>*{display:none}</style>`,
	"a dog \u202egod a\u202c and \u2066isolated",
	"tab\x00nul\x1b[31m and \x7f",
	"کلب أسود on a mat",
	"{{.Secret}} ${x} </svg></bdi>",
	strings.Repeat("long ", 20_000) + "end",
}
