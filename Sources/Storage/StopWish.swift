/// Whether whoever waits for a store's answer has lost patience; asked often, so it must be quick.
///
/// A store that was opened with one asks it while it only looks, or waits for somebody else's lock, and
/// ends the call with `busy`, nothing changed. It need not ask everywhere; a change that has begun is
/// never given up.
package typealias StopWish = @Sendable () -> Bool
