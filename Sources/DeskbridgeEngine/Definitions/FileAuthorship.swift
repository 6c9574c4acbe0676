internal import Glibc

/// Looks whether somebody else can write what decides about this account: the configuration, the actions, the policies.
package enum FileAuthorship {
    /// Why a file or folder is not taken.
    package struct Objection: Sendable, Equatable {
        package let reason: String
        package let remedy: String
    }

    /// - Returns: nil if nobody but the bridge's user and root can change what has this path, links followed, or nothing has.
    package static func objection(to path: String) -> Objection? {
        var status = stat()
        return stat(path, &status) == 0 ? objection(to: status, at: path) : nil
    }

    static func objection(to status: stat, at path: String) -> Objection? {
        guard status.st_uid == getuid() || status.st_uid == 0 else {
            return Objection(
                reason: "\(path) belongs to user \(status.st_uid), not to you", remedy: "sudo chown \"$USER\" '\(path)'")
        }
        let mode = status.st_mode & 0o7777
        let isOpen = mode & S_IWOTH != 0 || mode & S_IWGRP != 0 && !PrivateGroup.isPrivate(status.st_gid, of: status.st_uid)
        // In such a folder others may add files, and not replace those that are there; but any file that is added counts.
        guard isOpen else { return nil }
        let digits = String(mode & 0o777, radix: 8)
        return Objection(
            reason: "\(path) has mode \(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits): others can change it",
            remedy: "chmod go-w '\(path)'")
    }
}

/// The group that some systems give to each user alone (`USERGROUPS_ENAB` in login.defs(5)), so that files may be made with the umask 002.
enum PrivateGroup {
    /// Whether a group is the first one of a user, is called as they are, and has no other member.
    ///
    /// Users whose first group it is too are not seen: group(5) does not list them.
    static func isPrivate(_ group: gid_t, of user: uid_t) -> Bool {
        guard let (name, first) = firstGroup(of: user), first == group, let (groupName, members) = entry(of: group) else { return false }
        return groupName == name && members.allSatisfy { $0 == name }
    }

    private static func firstGroup(of user: uid_t) -> (String, gid_t)? {
        var entry = passwd()
        return withRoom { room, size, found in
            getpwuid_r(user, &entry, room, size, found)
        } reading: { (found: passwd) in
            (found.pw_name.map { String(cString: $0) } ?? "", found.pw_gid)
        }
    }

    private static func entry(of group: gid_t) -> (String, [String])? {
        var entry = Glibc.group()
        return withRoom { room, size, found in
            getgrgid_r(group, &entry, room, size, found)
        } reading: { (found: Glibc.group) in
            var members: [String] = []
            var next = found.gr_mem
            while let place = next, let member = place.pointee {
                members.append(String(cString: member))
                next = place.advanced(by: 1)
            }
            return (found.gr_name.map { String(cString: $0) } ?? "", members)
        }
    }

    /// Calls one of the functions of getpwnam(3) with more and more room, and reads what it found while that room is there.
    private static func withRoom<Entry, Value>(
        _ call: (UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>) -> CInt,
        reading read: (Entry) -> Value
    ) -> Value? {
        var size = 1024
        while size <= 1 << 20 {
            var found: UnsafeMutablePointer<Entry>?
            var value: Value?
            let result = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer -> CInt in
                guard let room = buffer.baseAddress else { return ERANGE }
                let result = call(room, size, &found)
                if result == 0, let found { value = read(found.pointee) }
                return result
            }
            guard result == ERANGE else { return value }
            size *= 4
        }
        return nil
    }
}
