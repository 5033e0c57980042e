/// Where a value goes in the options.
///
/// Every taker asks for it by an autoclosure: a key path costs about 5 µs to build, so only those
/// of the flags that are given get built.
package typealias Slot<Options, Value> = any WritableKeyPath<Options, Value> & Sendable
