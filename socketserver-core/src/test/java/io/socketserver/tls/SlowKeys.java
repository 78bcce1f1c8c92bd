package io.socketserver.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import io.socketserver.support.Await;

/**
 * A key that takes its time, as one in a hardware module does.
 */
final class SlowKeys extends X509ExtendedKeyManager {

	final CountDownLatch begun = new CountDownLatch(1);

	final CountDownLatch mayGoOn = new CountDownLatch(1);

	volatile String askedBy = "";

	private final X509ExtendedKeyManager keys;

	SlowKeys(X509ExtendedKeyManager keys) {
		this.keys = keys;
	}

	@Override
	public PrivateKey getPrivateKey(String alias) {
		this.askedBy = Thread.currentThread().getName();
		this.begun.countDown();
		Await.latch(this.mayGoOn, "leave to go on");
		return this.keys.getPrivateKey(alias);
	}

	@Override
	public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
		return this.keys.chooseEngineServerAlias(keyType, issuers, engine);
	}

	@Override
	public X509Certificate[] getCertificateChain(String alias) {
		return this.keys.getCertificateChain(alias);
	}

	@Override
	public String[] getServerAliases(String keyType, Principal[] issuers) {
		return this.keys.getServerAliases(keyType, issuers);
	}

	@Override
	public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
		return this.keys.chooseServerAlias(keyType, issuers, socket);
	}

	@Override
	public String[] getClientAliases(String keyType, Principal[] issuers) {
		return this.keys.getClientAliases(keyType, issuers);
	}

	@Override
	public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
		return this.keys.chooseClientAlias(keyTypes, issuers, socket);
	}

}
