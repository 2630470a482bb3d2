// Package scene composes labelled pictures: emoji drawings on a coloured canvas with a
// caption of which every noun phrase is grounded by construction. It makes the training
// data of the tiny teacher and the input of tests, demo and benchmarks, so that "the boxes
// are right" can be measured without anybody labelling anything.
//
//	sets, err := scene.OpenPictureSets("testdata/pictures", "noto", "fluent")
//	gen, err := scene.New(scene.Default(), sets)
//	s := gen.Scene(42)          // a pure function of the configuration and 42
//	fmt.Println(s.Caption, s.Phrases[0].Boxes)
//	err = gen.WriteShards(ctx, "scenes", scene.Range{From: 0, Count: 10_000}, scene.Output{PerShard: 1000})
//
// # Units and invariants
//
//   - Boxes are exclusive x1,y1,x2,y2 in pixels of the image and lie inside it: the tight
//     box of the drawing before other drawings cover it.
//   - Phrase offsets are half-open code points of the caption. Captions are ASCII, so bytes,
//     code points and UTF-16 units coincide; caption[start:end] is the phrase's text.
//   - A phrase lists every object of the scene of which it is true, and none when the thing
//     isn't in the picture. Numbers agree with the picture, colours with every set's drawing,
//     and "big" or "small" is said only of a thing that has a clearly different twin.
//   - Scene i depends on the configuration and i alone. Equal configuration, pictures and
//     processor architecture give equal bytes (elsewhere a fused multiply-add may round
//     a pixel differently).
//
// The words and drawings are data: nouns.tsv here and the archives of testdata/pictures,
// rebuilt by teacher/tiny/pictures. teacher/tiny/scenes is the command.
package scene
