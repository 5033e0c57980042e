/// Where a value goes in the options.
package typealias Slot<Options, Value> = any WritableKeyPath<Options, Value> & Sendable
