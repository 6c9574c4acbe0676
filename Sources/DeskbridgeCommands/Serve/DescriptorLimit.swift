internal import Glibc

/// Lets the daemon have as many descriptors as the system allows it: connections and processes take several each.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one (getrlimit(2)). What cannot be raised stays as it is.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
