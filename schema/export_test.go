package schema

// What the tests in package schema_test use of this package's insides.
var (
	EdgeRows         = edgeRows
	RandomRows       = randomRows
	WriteBytes       = writeFile
	TestMetadata     = testMetadata
	DeclaredFeatures = features(layout(true))
)

// Update is the flag that rewrites golden files.
var Update = update

// Leaves says how each leaf is stored; a test may change it for a while.
var Leaves = leaves
