/// How a process is kept to what it may touch.
package enum SandboxTier: String, Sendable, CaseIterable {
    /// Not at all: it may do what the user may.
    case none
    /// By the kernel's Landlock: files, and TCP or the whole network.
    case landlock
    /// In namespaces of its own, made by bubblewrap: files, processes, network.
    case bubblewrap
}

/// How a process is kept from the network.
package enum SandboxNetwork: String, Sendable {
    /// It isn't.
    case on
    /// By a network of its own, which is connected to nothing.
    case own = "off"
    /// By Landlock, which knows TCP only: other protocols are not kept from it.
    case withoutTCP = "tcp off"
}
