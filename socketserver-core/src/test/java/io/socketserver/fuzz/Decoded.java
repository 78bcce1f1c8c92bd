package io.socketserver.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FramingException;

/**
 * What a decoder made of a stream.
 */
final class Decoded {

	private final List<byte[]> payloads = new ArrayList<>();

	// Where in its frame the stream was wrong.
	private @Nullable Integer wrongAt;

	void add(byte[] payload) {
		this.payloads.add(payload);
	}

	void failed(FramingException ex) {
		this.wrongAt = ex.offset();
	}

	List<byte[]> payloads() {
		return this.payloads;
	}

	/**
	 * All that has to be the same however the stream is cut.
	 * @param framed false if only all bytes together have to be
	 * @return a text
	 */
	String describe(boolean framed) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] payload : this.payloads) {
			if (framed) {
				all.writeBytes((payload.length + ":").getBytes(StandardCharsets.ISO_8859_1));
			}
			all.writeBytes(payload);
		}
		return all.toString(StandardCharsets.ISO_8859_1)
				+ ((this.wrongAt != null) ? " and an error at " + this.wrongAt : "");
	}

}
