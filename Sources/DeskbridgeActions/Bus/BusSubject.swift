import DBus
import DeskbridgeCore

/// What a step says of its peer: all that the peer's description of itself can contradict.
struct BusSubject: Sendable {
    struct Signal: Sendable {
        let path: ObjectPath?
        let interface: InterfaceName
        let member: MemberName
        let signature: BusSignature
        /// The greatest position of the reply that it names, if it names any.
        let replyPosition: Int?
        let isOfSamePeer: Bool
    }

    let bus: BusAddress
    let destination: BusName
    let path: ObjectPath
    let interface: InterfaceName
    let member: MemberName
    let signature: BusSignature
    let startsService: Bool
    let signal: Signal?
}

extension BusSubject {
    /// Of the call of a planned step.
    init(_ plan: BusPlan) {
        bus = plan.bus
        destination = plan.call.destination
        path = plan.call.path
        interface = plan.call.interface
        member = plan.call.member
        signature = plan.call.signature
        startsService = plan.call.startsService
        signal = plan.until.map { until in
            let path: ObjectPath? = if case .known(let path) = until.path { path } else { nil }
            return Signal(
                path: path, interface: until.interface, member: until.member, signature: until.signature,
                replyPosition: until.greatestReplyPosition, isOfSamePeer: until.sender == plan.call.destination)
        }
    }

    /// Of a step as its action file writes it; nil if only an event says whom it calls.
    init?(_ step: BusStep) {
        guard let destination = step.destination.literalText.flatMap({ try? BusName($0) }),
            let path = step.path.literalText.flatMap({ try? ObjectPath($0) })
        else { return nil }
        bus = step.bus
        self.destination = destination
        self.path = path
        interface = step.interface
        member = step.member
        signature = step.signature
        startsService = step.startsService
        signal = step.until.map { until in
            let signalPath: ObjectPath? =
                switch until.path {
                case .sameAsCall: path
                case .template(let template): template.literalText.flatMap { try? ObjectPath($0) }
                case .reply: nil
                }
            return Signal(
                path: signalPath, interface: until.interface, member: until.member, signature: until.signature,
                replyPosition: until.greatestReplyPosition,
                isOfSamePeer: until.sender.map { $0.literalText == destination.text } ?? true)
        }
    }
}

extension BusUntil {
    fileprivate var greatestReplyPosition: Int? {
        var positions: [Int] = []
        if case .reply(let place) = path { positions.append(place.position) }
        for argument in conditions + expectations {
            for case .reply(let place) in argument.values { positions.append(place.position) }
        }
        return positions.max()
    }
}

extension BusUntilPlan {
    fileprivate var greatestReplyPosition: Int? {
        var positions: [Int] = []
        if case .reply(let place) = path { positions.append(place.position) }
        for argument in conditions + expectations {
            for case .reply(let place) in argument.values { positions.append(place.position) }
        }
        return positions.max()
    }
}
