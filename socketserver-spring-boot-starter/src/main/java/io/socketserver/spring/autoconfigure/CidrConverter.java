package io.socketserver.spring.autoconfigure;

import org.springframework.core.convert.converter.Converter;

import io.socketserver.request.Cidr;

/**
 * Makes blocks of addresses of properties, so that a bad one is reported with its place.
 */
final class CidrConverter implements Converter<String, Cidr> {

	@Override
	public Cidr convert(String source) {
		return Cidr.parse(source.strip());
	}

}
