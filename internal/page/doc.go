// Package page is what Groundmill's HTML reports have in common: their look, the
// policy that keeps them harmless, how numbers and texts of the data are written,
// histograms, and small copies of pictures.
//
//	var tmpl = page.New("report", text, nil)  // text uses {{template "head" .Frame}} and {{n .Rows}}
//	err := tmpl.Execute(w, report{Frame: page.NewFrame("Report", ownRules), ...})
//
// A page is one file without scripts that loads nothing: its policy
// (Content-Security-Policy) allows its own style sheet and the pictures in it, no
// more. It is light or dark as the reader's system is, can be used with the
// keyboard alone, and each histogram has its numbers in a table. Texts of the data
// are hostile: html/template escapes them, Text makes what is hidden in them
// visible and cuts them.
//
// Equal data give an equal page, byte for byte, on every machine.
//
// Package overlay draws rows as cards, whose style sheet NewFrame adds. Packages
// audit and diff are the pages.
package page
