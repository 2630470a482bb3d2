package schema

import "strings"

// dtypes are the names that Hugging Face datasets gives the types of leaves.
var dtypes = map[kind]string{
	kindString:  "string",
	kindBool:    "bool",
	kindInt32:   "int32",
	kindInt64:   "int64",
	kindFloat32: "float32",
}

// huggingFaceInfo returns the value of the footer key "huggingface", from which
// datasets takes a file's features. The JSON is built by hand because its
// members must be in the order of the columns.
func huggingFaceInfo(embedImages bool) string {
	return `{"info": {"features": ` + features(layout(embedImages)) + `}}`
}

// features returns the JSON object of a struct's features.
func features(columns []column) string {
	members := make([]string, len(columns))
	for i, c := range columns {
		members[i] = `"` + c.name + `": ` + c.feature()
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func (c column) feature() string {
	switch c.kind {
	case kindStruct:
		return features(c.fields)
	case kindList:
		return `{"feature": ` + c.fields[0].feature() + `, "_type": "List"}`
	case kindImage:
		return `{"_type": "Image"}`
	default:
		return `{"dtype": "` + dtypes[c.kind] + `", "_type": "Value"}`
	}
}
