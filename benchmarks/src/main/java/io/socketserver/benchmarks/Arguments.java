package io.socketserver.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Arguments of a command: {@code --name=value}, and the rest.
 */
public final class Arguments {

	private final List<String> all;

	private Arguments(List<String> all) {
		this.all = all;
	}

	/**
	 * Takes what {@code main} got.
	 * @param args the arguments
	 * @return them
	 */
	public static Arguments of(String... args) {
		return new Arguments(List.copyOf(Arrays.asList(args)));
	}

	/**
	 * All values of an option that may be given several times.
	 * @param name without its dashes
	 * @return the values in their order, perhaps none
	 */
	public List<String> texts(String name) {
		String prefix = "--" + name + "=";
		return this.all.stream()
			.filter((arg) -> arg.startsWith(prefix))
			.map((arg) -> arg.substring(prefix.length()))
			.toList();
	}

	/**
	 * The value of an option, the last one if it is given several times.
	 * @param name without its dashes
	 * @param absent the value if the option is not there
	 * @return the value
	 */
	public String text(String name, String absent) {
		List<String> values = texts(name);
		return values.isEmpty() ? absent : values.get(values.size() - 1);
	}

	/**
	 * The value of an option as a number.
	 * @param name without its dashes
	 * @param absent the value if the option is not there
	 * @return the value
	 */
	public int number(String name, int absent) {
		String value = text(name, "");
		return value.isEmpty() ? absent : Integer.parseInt(value);
	}

	/**
	 * The value of an option as a list, separated by commas.
	 * @param name without its dashes
	 * @param absent the value if the option is not there
	 * @return the elements
	 */
	public List<String> list(String name, List<String> absent) {
		String value = text(name, "");
		return value.isEmpty() ? absent : List.of(value.split(","));
	}

	/**
	 * Whether there is a flag, an option without a value.
	 * @param name without its dashes
	 * @return whether
	 */
	public boolean has(String name) {
		return this.all.contains("--" + name);
	}

	/**
	 * The arguments that are no options.
	 * @return the arguments in their order
	 */
	public List<String> rest() {
		List<String> rest = new ArrayList<>(this.all);
		rest.removeIf((arg) -> arg.startsWith("--"));
		return rest;
	}

}
