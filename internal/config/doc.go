// Package config reads strict YAML into option structs.
//
// Strict means that nothing is guessed and nothing is dropped: an unknown
// field, a value of the wrong type, a key given twice are problems, each with
// file, line, column and the field's path, and all of them are reported at
// once. A struct names its fields with yaml tags:
//
//	var opts Options // holding the defaults
//	err := config.Load("run.yaml", []string{"teacher.batch=4"}, &opts)
//
// Overrides of the form path=value are merged over the file before decoding,
// so they are checked like the file itself. A decoded struct with a
// Validate() error method is validated; a *schema.InvalidError is shown problem by
// problem, each with the line that set the field.
//
// Differences names the fields in which two effective configurations differ.
package config
