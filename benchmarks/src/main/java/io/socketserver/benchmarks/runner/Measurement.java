package io.socketserver.benchmarks.runner;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one run has shown.
 *
 * @param values figures by name, as the load prints them
 */
record Measurement(Map<String, Double> values) {

	static Measurement of(String line) {
		Map<String, Double> values = new LinkedHashMap<>();
		for (String pair : line.strip().split(" ")) {
			int equals = pair.indexOf('=');
			values.put(pair.substring(0, equals), Double.valueOf(pair.substring(equals + 1)));
		}
		return new Measurement(values);
	}

	Measurement with(String name, double value) {
		Map<String, Double> values = new LinkedHashMap<>(this.values);
		values.put(name, value);
		return new Measurement(values);
	}

	double get(String name) {
		return this.values.getOrDefault(name, Double.NaN);
	}

	boolean isClean() {
		return get("errors") == 0;
	}

}
