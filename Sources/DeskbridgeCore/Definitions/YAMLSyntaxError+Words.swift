extension DefinitionError {
    /// Says what is wrong in words for who wrote the file, where libyaml's own need knowledge of YAML's grammar.
    init(_ error: YAMLSyntaxError, in bytes: UnsafeBufferPointer<UInt8>, file: String) {
        if let offset = error.byteOffset {
            self.init(SourceLocation(file: file, byte: offset, of: bytes), "YAML allows no control characters here: \(error.problem)")
            return
        }
        var place = error.place
        let found = bytes.scalar(at: place)
        let message: String
        switch error.problem {
        case "found character that cannot start any token" where found == "\t":
            message = "a tab cannot indent or separate here: use spaces"
        case "found a tab character that violates indentation", "found a tab character where an indentation space is expected":
            message = "a tab cannot indent: use spaces"
        case "found character that cannot start any token":
            message = "a text cannot begin with \(found.map { "\($0)" } ?? "this character"): put it between quotes"
        case "mapping values are not allowed in this context":
            message = "a colon is not expected here: put the text between quotes if the colon is a part of it"
        case "block sequence entries are not allowed in this context":
            message = "a list entry (-) is not expected here: begin the list on a new line"
        case "could not find expected ':'":
            place = error.contextPlace
            message = "a colon and a space are expected after this key"
        case "did not find expected key":
            message = "the next key of the mapping is expected here: look at the indentation and at quotes"
        case "did not find expected '-' indicator":
            message = "the next entry (-) of the list is expected here: look at the indentation"
        case "did not find expected ',' or ']'" where found == nil:
            place = error.contextPlace
            message = "this [ is not closed"
        case "did not find expected ',' or '}'" where found == nil:
            place = error.contextPlace
            message = "this { is not closed"
        case "did not find expected ',' or ']'": message = "a comma or the closing ] is expected here"
        case "did not find expected ',' or '}'": message = "a comma or the closing } is expected here"
        case "found unexpected end of stream" where error.context == "while scanning a quoted scalar":
            place = error.contextPlace
            message = "this quote is not closed"
        case "did not find expected alphabetic or numeric character" where error.context == "while scanning an alias":
            place = error.contextPlace
            message = "a text that begins with * stands between quotes: \"*\""
        case "found unknown escape character":
            message = "after \\ this character means nothing: write \\\\ for a backslash, or use single quotes"
        case "did not find expected <document start>":
            message = "there is more after the end of the document"
        case "did not find expected node content":
            message = found == nil ? "the file ends where a value is expected" : "a value is expected here"
        case let problem where problem.hasPrefix("Maximum nesting level reached"):
            message = "lists and mappings are nested too deep here"
        default:
            let context = error.context.isEmpty ? "" : " \(error.context)"
            message = "\(error.problem)\(context)"
        }
        self.init(SourceLocation(file: file, line: place.line, column: place.column), message)
    }
}

extension SourceLocation {
    fileprivate init(file: String, byte offset: Int, of bytes: UnsafeBufferPointer<UInt8>) {
        let before = bytes[..<Swift.min(offset, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        self.init(file: file, line: before.count { $0 == 0x0A } + 1, column: column)
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func scalar(at mark: YAMLEvent.Mark) -> Unicode.Scalar? {
        let scalars = String(decoding: self, as: UTF8.self).unicodeScalars
        guard let index = scalars.index(scalars.startIndex, offsetBy: mark.index, limitedBy: scalars.endIndex), index < scalars.endIndex
        else { return nil }
        return scalars[index]
    }
}
