package import DeskbridgeCore

/// The sandbox that a process is going to run in: what is applied, to the last folder, or why it cannot be.
package struct SandboxPlan: Sendable, Equatable {
    package struct Folder: Sendable, Equatable {
        let path: RenderedText
        /// The granted folder that it lies in. No link is followed beneath it.
        let root: String
        let mustExist: Bool
    }

    /// What is applied; nothing less is.
    package let tier: SandboxTier
    /// What was asked for.
    let wanted: SandboxTier?
    let isRequired: Bool
    package let network: SandboxNetwork
    /// Which version of Landlock takes part; 0 for none.
    let landlock: Int
    let bubblewrap: String?
    let write: [Folder]
    let read: [Folder]?
    /// Why the step fails rather than run with less than what is required.
    package let unavailable: String?

    /// - Parameter networkIsGranted: without it, the step fails rather than run where the network cannot be turned off.
    init(_ request: SandboxRequest, write: [Folder], read: [Folder]?, networkIsGranted: Bool, support: SandboxSupport) {
        wanted = request.tier
        isRequired = request.isRequired
        self.write = write
        self.read = read
        bubblewrap = support.bubblewrap

        let wantedTiers: [SandboxTier] = request.tier.map { [$0] } ?? [.bubblewrap, .landlock]
        var reasons: [String] = []
        var chosen: (SandboxTier, SandboxNetwork)?
        for tier in wantedTiers where chosen == nil {
            do throws(Lack) { chosen = (tier, try Self.network(in: tier, hasNetwork: request.hasNetwork, support)) } catch {
                reasons.append(error.reason)
            }
        }
        if chosen == nil, !request.isRequired {
            // The next best. Its network is on if it cannot be turned off.
            chosen =
                support.landlock > 0
                ? (.landlock, (try? Self.network(in: .landlock, hasNetwork: request.hasNetwork, support)) ?? .on) : (SandboxTier.none, .on)
        }
        if chosen?.1 == .on, request.tier != SandboxTier.none, !networkIsGranted {
            // To run with less must not give what no policy grants.
            chosen = nil
            reasons.append("what could be had instead leaves the network on, which grants.network of no policy file gives it")
        }
        tier = chosen?.0 ?? .none
        network = chosen?.1 ?? .on
        landlock = tier == .none || tier == .bubblewrap && support.landlock < Landlock.scopesSince ? 0 : support.landlock
        unavailable = chosen == nil ? reasons.joined(separator: "; ") : nil
    }

    private struct Lack: Error { let reason: String }

    /// How the network is turned off in a tier.
    private static func network(
        in tier: SandboxTier, hasNetwork: Bool, _ support: SandboxSupport
    ) throws(Lack) -> SandboxNetwork {
        switch tier {
        case .none: return .on
        case .bubblewrap:
            guard support.bubblewrap != nil else {
                throw Lack(reason: "bubblewrap is not installed as /usr/bin/bwrap, or cannot make namespaces here")
            }
            return hasNetwork ? .on : .own
        case .landlock:
            guard support.landlock > 0 else { throw Lack(reason: "the kernel has no Landlock (Linux 5.13, and lsm=landlock at boot)") }
            if hasNetwork { return .on }
            if support.isolatesNetwork { return .own }
            guard support.landlock >= Landlock.networkSince else {
                throw Lack(reason: "the kernel gives no way to turn the network off with Landlock (user namespaces, or Linux 6.7)")
            }
            return .withoutTCP
        }
    }

    var folders: [RenderedText] { write.map(\.path) + (read ?? []).map(\.path) }

    package var shown: JSONValue {
        var members: JSONObject = [
            "tier": .string(tier.rawValue), "wanted": .string(wanted?.rawValue ?? "best"), "required": .bool(isRequired),
        ]
        if let unavailable { members["unavailable"] = .string(unavailable) }
        if tier != .none {
            members["network"] = .string(network.rawValue)
            if landlock > 0 { members["landlock"] = .integer(Int64(landlock)) }
            members["write"] = .array(write.map { .string($0.path.shown) })
            members["read"] = read.map { .array($0.map { .string($0.path.shown) }) } ?? "everything"
            members["temporary"] = tier == .bubblewrap ? "/tmp" : "TMPDIR"
        }
        return .object(members)
    }

    /// What an attempt says of it.
    var applied: JSONValue {
        var members: JSONObject = ["tier": .string(tier.rawValue), "network": .string(network.rawValue)]
        if landlock > 0 { members["landlock"] = .integer(Int64(landlock)) }
        return .object(members)
    }
}
