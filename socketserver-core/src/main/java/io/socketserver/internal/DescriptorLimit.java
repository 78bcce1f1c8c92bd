package io.socketserver.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How many file descriptors this process may open, read from Linux's
 * {@code /proc/self/limits}. The management bean is not used: it is another module, and
 * throws when descriptors have run out.
 */
public final class DescriptorLimit {

	private DescriptorLimit() {
	}

	/**
	 * The soft limit.
	 * @return empty where it is unlimited or cannot be told
	 */
	public static OptionalLong current() {
		Path limits = Path.of("/proc/self/limits");
		if (!Files.isReadable(limits)) {
			return OptionalLong.empty();
		}
		try {
			return Files.readAllLines(limits)
				.stream()
				.filter((line) -> line.startsWith("Max open files"))
				.map((line) -> line.split("\\s+")[3])
				.filter((value) -> value.chars().allMatch(Character::isDigit))
				.mapToLong(Long::parseLong)
				.findFirst();
		}
		catch (IOException ex) {
			return OptionalLong.empty();
		}
	}

}
