import DBus
import DeskbridgeCore

extension BusHandler {
    /// Compares a step with what its peer says of itself.
    ///
    /// Asks only a peer that runs; with `activating`, one that the step may start is started for it.
    package func inspect(_ step: BusStep, _ plan: BusPlan?, activating: Bool) async -> [StepFinding] {
        guard let subject = plan.map(BusSubject.init) ?? BusSubject(step) else {
            let key = step.destination.isLiteral ? "path" : "destination"
            return [
                StepFinding(
                    .note, at: step.places[key],
                    "\(step.interface).\(step.member) could not be checked: its \(key) is filled from the event; a dry run with a payload checks it"
                )
            ]
        }
        let isSecret = step.destination.namesSecret || step.path.namesSecret
        let call =
            "\(subject.interface).\(subject.member) of \(isSecret ? RenderedText.hidden : subject.destination.text) on \(subject.bus)"
        do throws(Undescribed) {
            let peer = try await self.peer(of: subject, activating: activating)
            var (contradictions, notes) = try await compare(subject, with: peer)
            // Objects may change what they offer while their program runs.
            if !contradictions.isEmpty { (contradictions, notes) = try await compare(subject, with: peer, asking: true) }
            let findings = contradictions.map { StepFinding(.contradiction, at: step.place(of: $0.key), $0.message) }
            let agreement = StepFinding(.agreement, at: step.location, "\(call) is as the peer describes it")
            return (findings.isEmpty ? [agreement] : findings)
                + notes.map { StepFinding(.note, at: step.place(of: .until("member")), $0) }
        } catch {
            let reason = isSecret ? "the peer has no such object, or cannot be asked" : error.reason
            let message = error.isContradiction ? reason : "\(call) could not be checked: \(reason)"
            return [StepFinding(error.isContradiction ? .contradiction : .note, at: step.places[error.key], message)]
        }
    }

    /// - Parameter asking: whether to ask the peer also for what is known of it.
    private func compare(
        _ subject: BusSubject, with peer: BusDescriptions.Peer, asking: Bool = false
    ) async throws(Undescribed) -> (contradictions: [BusContradiction], notes: [String]) {
        let description = try await describe(subject.path, at: peer, asking: asking)
        var contradictions = description.contradiction(of: subject).map { [$0] } ?? []
        guard let signal = subject.signal else { return (contradictions, []) }
        do throws(Undescribed) {
            if let contradiction = try await contradiction(of: signal, at: peer, asking: asking) { contradictions.append(contradiction) }
            return (contradictions, [])
        } catch {
            return (contradictions, ["the signal \(signal.member) could not be checked: \(error.reason)"])
        }
    }

    /// What the peer says of itself that contradicts the plan, in words for the person who wrote the action.
    ///
    /// Asks only a peer that runs, and starts none; nil if it does not, says nothing, or agrees. Peers may describe themselves wrongly,
    /// so this is advice and never a reason to refuse a call.
    func review(_ plan: BusPlan) async -> String? {
        let subject = BusSubject(plan)
        do throws(Undescribed) {
            let description = try await describe(subject.path, at: try await peer(of: subject, activating: false), asking: true)
            return description.contradiction(of: subject)?.message
        } catch { return nil }
    }

    private func contradiction(
        of signal: BusSubject.Signal, at peer: BusDescriptions.Peer, asking: Bool
    ) async throws(Undescribed) -> BusContradiction? {
        guard signal.isOfSamePeer else { throw Undescribed("it comes from another peer") }
        guard let path = signal.path else { throw Undescribed("only the reply says which object sends it") }
        let description = try await describe(path, at: peer, asking: asking)
        if description.interfaces[signal.interface.text]?.signals.isEmpty == true { throw Undescribed("the peer lists no signals") }
        return description.contradiction(of: signal)
    }

    // MARK: The peer

    /// Who owns the destination now.
    private func peer(of subject: BusSubject, activating: Bool) async throws(Undescribed) -> BusDescriptions.Peer {
        if let owner = try await owner(of: subject.destination, on: subject.bus) {
            return BusDescriptions.Peer(bus: subject.bus, owner: owner)
        }
        guard activating else {
            throw Undescribed(
                "it does not run, so nobody can be asked" + (subject.startsService ? "; with --activate it is started for that" : ""))
        }
        guard subject.startsService else { throw Undescribed("it does not run, and the step must not start it (start: never)") }
        do throws(BusError) {
            let start = try BusCall.bus("StartServiceByName", [.string(subject.destination.text), .uint32(0)], timeout: .seconds(25))
            _ = try await connection(to: subject.bus).call(start)
        } catch {
            throw Undescribed("it does not run and could not be started: \(error)")
        }
        guard let owner = try await owner(of: subject.destination, on: subject.bus) else {
            throw Undescribed("it was started and did not stay")
        }
        return BusDescriptions.Peer(bus: subject.bus, owner: owner)
    }

    private func owner(of name: BusName, on bus: BusAddress) async throws(Undescribed) -> String? {
        do throws(BusError) { return try await owner(of: name, on: bus, timeout: .seconds(5)) } catch {
            throw Undescribed("the bus \(bus) cannot be asked: \(error)")
        }
    }

    // MARK: What it says

    /// Longer descriptions are not read.
    private static let longestDescription = 1 << 20

    private func describe(
        _ path: ObjectPath, at peer: BusDescriptions.Peer, asking: Bool
    ) async throws(Undescribed) -> IntrospectionData {
        if !asking, let known = descriptions.description(of: path, at: peer) { return known }
        let data: IntrospectionData
        do throws(BusError) {
            data = try await introspect(path, at: peer)
        } catch  where error.kind == .errorReply && error.name == BusError.Name.unknownObject {
            throw Undescribed("the peer says that it has no object \(path)", isContradiction: true)
        } catch  where error.kind == .errorReply {
            if let contradiction = await missing(path, at: peer) { throw Undescribed(contradiction, isContradiction: true) }
            throw Undescribed("it does not describe itself: \(error.name)")
        } catch {
            throw Undescribed("it does not answer: \(error)")
        }
        if data.interfaces.isEmpty, !data.children.isEmpty {
            throw Undescribed("the peer has no object \(path), only others beneath it", isContradiction: true)
        }
        if data.interfaces.isEmpty {
            // Some answer so for objects that are not there.
            if let contradiction = await missing(path, at: peer) { throw Undescribed(contradiction, isContradiction: true) }
            throw Undescribed("it says nothing of the object \(path)")
        }
        if descriptions.keep(data, of: path, at: peer) { forgetWhenGone(peer) }
        return data
    }

    /// Whether the object above lists those beneath it, and this one is not among them.
    private func missing(_ path: ObjectPath, at peer: BusDescriptions.Peer) async -> String? {
        guard let slash = path.text.lastIndex(of: "/"), path.text.utf8.count > 1,
            let above = try? ObjectPath(slash == path.text.startIndex ? "/" : String(path.text[..<slash])),
            let data = try? await introspect(above, at: peer), !data.children.isEmpty
        else { return nil }
        let name = String(path.text[path.text.index(after: slash)...])
        guard !data.children.contains(name) else { return nil }
        let nearest = NearestName.of(name, in: data.children.sorted()).flatMap { name in
            try? ObjectPath(above.text == "/" ? "/\(name)" : "\(above)/\(name)")
        }
        return "the peer says that it has no object \(path)" + (nearest.map { "; did you mean \($0)?" } ?? "")
    }

    private func introspect(_ path: ObjectPath, at peer: BusDescriptions.Peer) async throws(BusError) -> IntrospectionData {
        guard let destination = try? BusName(peer.owner), let interface = try? InterfaceName("org.freedesktop.DBus.Introspectable"),
            let member = try? MemberName("Introspect")
        else { return IntrospectionData("") }
        let call = try BusCall(
            destination: destination, path: path, interface: interface, member: member, timeout: .seconds(5), startsService: false)
        let reply = try await connection(to: peer.bus).call(call)
        guard case .string(let xml)? = reply.first, xml.utf8.count <= Self.longestDescription else { return IntrospectionData("") }
        return IntrospectionData(xml)
    }
}

/// Why a peer's description is not to be had.
private struct Undescribed: Error {
    let reason: String
    /// Whether that alone shows that the step cannot work.
    let isContradiction: Bool

    init(_ reason: String, isContradiction: Bool = false) {
        self.reason = reason
        self.isContradiction = isContradiction
    }

    /// The key of the step that it is about.
    var key: String { isContradiction ? "path" : "destination" }
}

extension BusStep {
    fileprivate func place(of key: BusContradiction.Key) -> SourceLocation {
        switch key {
        case .call(let key): places[key]
        case .until(let key): until?.places[key] ?? places["until"]
        }
    }
}
