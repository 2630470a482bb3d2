package schema

// What the tests in package schema_test use of this package's insides.
var (
	EdgeRows         = edgeRows
	RandomRows       = randomRows
	WriteBytes       = writeFile
	TestMetadata     = testMetadata
	DeclaredFeatures = features(layout(true))
)
