package io.socketserver.framing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link Scan}.
 */
class ScanTests {

	// Three cache lines, and some.
	private static final int SIZE = 203;

	static Stream<ByteBuffer> buffers() {
		ByteBuffer direct = ByteBuffer.allocateDirect(SIZE);
		ByteBuffer heap = ByteBuffer.allocate(SIZE + 3).position(3).slice();
		return Stream.of(heap, direct, direct.duplicate().order(ByteOrder.LITTLE_ENDIAN));
	}

	@ParameterizedTest
	@MethodSource("buffers")
	void findsAByteWhereverItIs(ByteBuffer buffer) {
		ByteBuffer view = buffer.asReadOnlyBuffer();
		for (int at = 0; at < SIZE; at++) {
			fill(buffer, (byte) 'a');
			buffer.put(at, (byte) '\n');
			for (int from : List.of(0, 1, 7, 64, 100)) {
				int expected = (from <= at) ? at : -1;
				assertThat(Scan.indexOf(buffer, from, SIZE, (byte) '\n')).isEqualTo(expected);
				assertThat(Scan.indexOf(view, from, SIZE, (byte) '\n')).isEqualTo(expected);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("buffers")
	void looksNoFurtherThanItMay(ByteBuffer buffer) {
		for (int to = 0; to < SIZE; to++) {
			fill(buffer, (byte) 'a');
			buffer.put(to, (byte) '\n');
			assertThat(Scan.indexOf(buffer, 0, to, (byte) '\n')).isEqualTo(-1);
			assertThat(Scan.indexOf(buffer, 0, to + 1, (byte) '\n')).isEqualTo(to);
		}
	}

	@ParameterizedTest
	@MethodSource("buffers")
	void findsTheFirstOfSeveral(ByteBuffer buffer) {
		for (int first = 0; first < SIZE; first++) {
			for (int second = first; second < SIZE; second += 13) {
				fill(buffer, (byte) 'a');
				buffer.put(first, (byte) '\n').put(second, (byte) '\n');
				assertThat(Scan.indexOf(buffer, 0, SIZE, (byte) '\n')).isEqualTo(first);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(bytes = { 0, 1, '\n', 0x1c, 0x7f, -128, -1 })
	void takesNoByteForAnother(byte wanted) {
		ByteBuffer buffer = ByteBuffer.allocate(SIZE);
		for (int other = Byte.MIN_VALUE; other <= Byte.MAX_VALUE; other++) {
			if (other != wanted) {
				fill(buffer, (byte) other);
				assertThat(Scan.indexOf(buffer, 0, SIZE, wanted)).isEqualTo(-1);
				buffer.put(150, wanted);
				assertThat(Scan.indexOf(buffer, 0, SIZE, wanted)).isEqualTo(150);
			}
		}
	}

	@Test
	void theLoopIsTooLargeForTheCompilerToPutIntoAnotherMethod() throws Exception {
		StringWriter said = new StringWriter();
		Path classes = Path.of(Scan.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		int status = ToolProvider.findFirst("javap")
			.orElseThrow()
			.run(new PrintWriter(said), new PrintWriter(said), "-c", "-p", "-cp", classes.toString(),
					Scan.class.getName());
		assertThat(status).as(said.toString()).isZero();
		String method = said.toString().split(" skipLines\\(", 2)[1].split("\n\n", 2)[0];
		int size = Arrays.stream(method.split("\n"))
			.filter((line) -> line.matches(" +[0-9]+: .*"))
			.mapToInt((line) -> Integer.parseInt(line.strip().split(":", 2)[0]))
			.max()
			.orElseThrow();
		assertThat(size).as("the JDK's FreqInlineSize is 325").isGreaterThanOrEqualTo(325);
	}

	private static void fill(ByteBuffer buffer, byte value) {
		for (int i = 0; i < buffer.capacity(); i++) {
			buffer.put(i, value);
		}
	}

}
